import { fileURLToPath } from 'node:url';
import type { Launch, Origin, Place } from './types.ts';

const PYTHON = '/usr/bin/python3';
export const RUBY = '/usr/bin/ruby';
const NODE = '/usr/bin/node';

export function program(name: string): string {
  return fileURLToPath(new URL(`../programs/${name}`, import.meta.url));
}

/** No compiled files beside the sources. */
const QUIET = { PYTHONDONTWRITEBYTECODE: '1' };

function python(name: string, ...args: readonly string[]): Launch {
  return { command: PYTHON, args: [program(name), ...args], env: QUIET };
}

function gunicorn({ folder, port }: Place): Launch {
  const limits = [
    '--limit-request-line',
    '0',
    '--limit-request-field_size',
    '0',
    '--limit-request-fields',
    '1000',
  ];
  // The plain worker closes after each request.
  const worker = [
    '--worker-class',
    'gthread',
    '--threads',
    '2',
    '--keep-alive',
    '60',
    '--worker-tmp-dir',
    folder,
  ];
  const place = [
    '--chdir',
    fileURLToPath(new URL('../programs', import.meta.url)),
    '--bind',
    `127.0.0.1:${port}`,
  ];
  return { command: '/usr/bin/gunicorn', args: [...worker, ...limits, ...place, 'wsgi:app'], env: QUIET };
}

export const SCRIPTS: readonly Origin[] = [
  {
    name: 'gunicorn',
    packages: ['gunicorn'],
    prepare: gunicorn,
  },
  {
    name: 'tornado',
    packages: ['python3-tornado'],
    prepare: ({ port }) => python('tornado_origin.py', String(port)),
  },
  {
    name: 'aiohttp',
    packages: ['python3-aiohttp'],
    prepare: ({ port }) => python('aiohttp_origin.py', String(port)),
  },
  {
    name: 'waitress',
    packages: ['python3-waitress'],
    prepare: ({ port }) => python('wsgi.py', 'waitress', String(port)),
  },
  {
    name: 'cheroot',
    packages: ['python3-cheroot'],
    prepare: ({ port }) => python('wsgi.py', 'cheroot', String(port)),
  },
  {
    name: 'puma',
    packages: ['puma'],
    prepare: ({ port }) => ({
      command: '/usr/bin/puma',
      args: [
        '--bind',
        `tcp://127.0.0.1:${port}`,
        '--threads',
        '2:2',
        '--environment',
        'production',
        program('puma.ru'),
      ],
    }),
  },
  {
    name: 'webrick',
    packages: ['ruby-webrick'],
    prepare: ({ port }) => ({ command: RUBY, args: [program('webrick_origin.rb'), String(port)] }),
  },
  {
    name: 'node',
    packages: ['nodejs'],
    prepare: ({ port }) => ({ command: NODE, args: [program('node_origin.cjs'), String(port)] }),
  },
];
