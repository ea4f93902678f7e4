import type { PlannedProxy } from '../standalone/plan-all.ts';
import { expiryRemarks } from '../standalone/report/remarks.ts';
import { parseArguments } from './arguments.ts';
import { planManifests } from './plan-manifests.ts';
import { manifestSources, SOURCE_HELP, sourceOptions } from './sources.ts';

export const CHECK_HELP = `Usage: tproxy check [OPTIONS] FILE|FOLDER...

Tells what is wrong with manifests, without a cluster: what the API server would refuse, what the operator could not carry out,
certificates that can't be read, and what works but deserves attention. A Secret that is not in the manifests is only mentioned.

${SOURCE_HELP}

Exit code: 0 if everything is right, findings or not; 1 if something is wrong; 64 for a wrong command line.
`;

/** Checks manifests; gives the exit code. */
export async function check(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments(args, sourceOptions);
  const planned = await planManifests(manifestSources(positionals, values.secret));
  if (planned === null) return 1;
  let exitCode = 0;
  for (const proxy of planned) {
    const { lines, broken } = verdict(proxy);
    process.stdout.write(`${lines.join('\n')}\n`);
    if (broken) exitCode = 1;
  }
  return exitCode;
}

interface Verdict {
  readonly lines: readonly string[];
  readonly broken: boolean;
}

function verdict({ id, plan }: PlannedProxy): Verdict {
  const problems = [...plan.certificates, ...plan.authorities].flatMap(({ problem }) =>
    problem === null ? [] : [problem],
  );
  const absent = problems.filter(({ reason }) => reason === 'SecretNotFound');
  const errors = problems.filter((problem) => !absent.includes(problem));
  const flows = plan.flows.map(({ frontend }) => frontend.name).join(', ');
  return {
    broken: errors.length > 0,
    lines: [
      `TeamworkProxy ${id}: ${errors.length === 0 ? 'valid' : 'can not be served as it is'}; flows: ${flows}`,
      ...errors.map(({ message }) => `  error: ${message}`),
      ...absent.map(({ message }) => `  not checked: ${message}`),
      ...expiryRemarks(plan, new Date()).map((remark) => `  ${remark}`),
      ...plan.findings.map(({ path, message }) => `  finding: ${path}: ${message}`),
    ],
  };
}
