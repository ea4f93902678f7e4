import { describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { FlowLoad } from '../support/load/flows.ts';
import { CertificateTimeline, PageLoad, startPageServer } from '../support/load/pages.ts';
import { freePort } from '../cluster/process/free-port.ts';
import { startEchoServer } from '../support/tcp.ts';
import { holdings } from './support/processes.ts';
import { scenes } from './support/scene.ts';
import { authority, certificate, fingerprint, HOSTNAME, reload, variant } from './support/site.ts';

// A bound for what hangs: it takes half a minute on two cores that have nothing else to do.
jest.setTimeout(240_000);

const FLOWS = 1000;
const CLIENTS = 64;
/** Files that three processes open once and for all when they are first used; whatever a reload leaves behind is many more after all of them. */
const ALWAYS_OPEN = 5;
const RELOADS = 100;
/** Every second reload comes with another certificate. */
const SWAPS = RELOADS / 2;

const set = scenes();

describe('under load', () => {
  it(`${RELOADS} reloads and ${SWAPS} certificate swaps cost no connection and no request`, async () => {
    const echo = await startEchoServer();
    set.after(async () => echo.close());
    const pages = await startPageServer();
    set.after(async () => pages.close());
    const first = certificate('certificate 0');
    const scene = await set.start({
      tcp: [echo.port],
      http: [pages.port],
      certificate: first,
      args: ['--workers=2'],
      limits: { connections: 10_000 },
    });
    const timeline = new CertificateTimeline();
    timeline.written(fingerprint(first));
    const before = await holdings(scene.proxy);
    const flows = await FlowLoad.start(scene.ports.flow, FLOWS, 2000);
    const load = new PageLoad({
      port: scene.ports.secure,
      hostname: HOSTNAME,
      ca: authority.rootPem,
      clients: CLIENTS,
      timeline,
      pause: () => 10,
    });
    const spare = [await freePort(), await freePort(), await freePort()];

    for (let index = 1; index <= RELOADS; index += 1) {
      const next = index % 2 === 0 ? certificate(`certificate ${index}`) : null;
      await reload(scene.proxy, variant(scene.config, spare, index), next, timeline);
    }
    await load.stop();
    await flows.stop();
    expect(load.reasons).toEqual([]);
    expect(load.failed).toBe(0);
    expect(load.wrongCertificates).toBe(0);
    expect(load.handshakes).toBeGreaterThan(CLIENTS);
    expect(flows.dropped).toBe(0);
    expect(flows.pings).toBeGreaterThan(FLOWS);
    await scene.proxy.reload({ ...scene.config, accessLog: 'Off' });
    const after = await scene.proxy.until('no connection', ({ workers }) =>
      workers.every(({ connections }) => connections === 0),
    );
    expect(after.workers).toHaveLength(2);
    // Idle connections to servers are kept for a while. A process that was just started has not opened everything yet that it always needs.
    const { openFiles } = await eventually('as few open files as before', async () => {
      const now = await holdings(scene.proxy);
      return now.openFiles <= before.openFiles + ALWAYS_OPEN ? now : undefined;
    });
    expect(openFiles).toBeLessThan(before.openFiles + RELOADS / 10);
  });
});
