import { describe, expect, it } from '@jest/globals';
import { readSettings } from './settings.ts';

describe('readSettings', () => {
  it('has a default for everything but the image', () => {
    expect(readSettings({ PROXY_IMAGE: 'proxy:1' }, 'host-1')).toEqual({
      proxyImage: 'proxy:1',
      namespaces: [],
      podNamespace: 'default',
      podName: 'host-1',
      logLevel: 'info',
      metricsPort: 8080,
      probePort: 8081,
    });
  });

  it('takes what is given', () => {
    const environment = {
      PROXY_IMAGE: 'proxy:1',
      WATCH_NAMESPACES: 'a, b,',
      POD_NAMESPACE: 'system',
      POD_NAME: 'operator-0',
      LOG_LEVEL: 'debug',
      METRICS_PORT: '0',
      PROBE_PORT: '9000',
    };

    expect(readSettings(environment, 'host-1')).toEqual({
      proxyImage: 'proxy:1',
      namespaces: ['a', 'b'],
      podNamespace: 'system',
      podName: 'operator-0',
      logLevel: 'debug',
      metricsPort: 0,
      probePort: 9000,
    });
  });

  it('lists everything that is wrong at once', () => {
    expect(() => readSettings({ LOG_LEVEL: 'loud', PROBE_PORT: '70000' }, 'host-1')).toThrow(
      'the environment is not usable: PROXY_IMAGE is not set; give the image of the proxy; LOG_LEVEL is loud; give one of debug, info, warn, error; PROBE_PORT is 70000; give a port from 0 to 65535',
    );
  });
});
