import { spawnSync } from 'node:child_process';
import type { Launch, Origin, Place } from './types.ts';
import { program } from './scripts.ts';

const JARS = '/usr/share/java';
const JETTY = ['server', 'http', 'io', 'util'].map((part) => `${JARS}/jetty9-${part}.jar`);
const TOMCAT = ['tomcat10-embed-core', 'tomcat10-annotations-api'].map((part) => `${JARS}/${part}.jar`);

/** Compiles into the place's own folder. */
function java(main: string, jars: readonly string[], { folder, port }: Place): Launch {
  const sources = ['Seen', main].map((name) => program(`${name}.java`));
  const { status, stderr } = spawnSync('javac', ['-d', folder, '-cp', jars.join(':'), ...sources], {
    encoding: 'utf8',
  });
  if (status !== 0) {
    throw new Error(`javac failed: ${stderr}`);
  }
  const options = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xmx192m'];
  return {
    command: 'java',
    args: [...options, '-cp', [folder, ...jars].join(':'), main, String(port), folder],
  };
}

export const JAVA: readonly Origin[] = [
  {
    name: 'jetty9',
    packages: ['libjetty9-java', 'libservlet-api-java'],
    needsJdk: true,
    prepare: (place) => java('JettyOrigin', [...JETTY, `${JARS}/servlet-api.jar`], place),
  },
  {
    name: 'tomcat10',
    packages: ['libtomcat10-embed-java', 'libtomcat10-java'],
    needsJdk: true,
    prepare: (place) => java('TomcatOrigin', TOMCAT, place),
  },
];
