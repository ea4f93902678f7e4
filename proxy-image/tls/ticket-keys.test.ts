import { EventEmitter, once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { TicketKeys } from './ticket-keys.ts';

describe('TicketKeys', () => {
  it('replaces its key by another one, again and again, and says so', async () => {
    const changes = new EventEmitter();
    const keys = new TicketKeys({ period: 1, onChange: (key) => changes.emit('change', key) });
    const seen = [keys.current.toString('hex')];

    for (let change = 0; change < 3; change += 1) {
      const [key] = (await once(changes, 'change')) as [Buffer];
      expect(key).toBe(keys.current);
      expect(key).toHaveLength(48);
      seen.push(key.toString('hex'));
    }
    keys.stop();

    expect(new Set(seen).size).toBe(4);
  });

  it('forgets a key that it has replaced', async () => {
    const changes = new EventEmitter();
    const keys = new TicketKeys({ period: 1, onChange: () => changes.emit('change') });
    const first = keys.current;

    await once(changes, 'change');
    keys.stop();

    expect(first.equals(Buffer.alloc(48))).toBe(true);
  });
});
