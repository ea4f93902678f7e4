import { createHmac, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** machine-id(5): confidential, and the same for as long as the system is installed. What is told to others has to be derived from it. */
const MACHINE_ID = '/etc/machine-id';

/**
 * What stands in for the uid that the API server would give to a resource: nobody else knows it, and it is the same after a restart. On a
 * host without a machine id it is made anew each time, and sticky cookies of before are forgotten.
 */
export async function hostIdentity(file = MACHINE_ID): Promise<string> {
  const machineId = await readMachineId(file);
  return machineId === ''
    ? randomUUID()
    : createHmac('sha256', machineId).update('teamwork-proxy').digest('hex');
}

async function readMachineId(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch {
    return '';
  }
}
