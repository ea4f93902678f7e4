import { globSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../cluster/process/run.ts';
import { javaSources, workPath } from './layout.ts';

/** Where Debian's tomcat10-common puts Tomcat. */
export const tomcatHome = '/usr/share/tomcat10';

/** Folder of the compiled programs. */
export const javaClasses = workPath('classes');

/** Compiles the Java programs of the tests. */
export async function compileJava(): Promise<void> {
  mkdirSync(javaClasses, { recursive: true });
  const options = ['--release', '17', '-Xlint:all,-serial', '-Werror', '-d', javaClasses];
  const sources = globSync('*.java', { cwd: javaSources }).map((name) => join(javaSources, name));
  const jars = ['servlet-api.jar', 'websocket-api.jar', 'websocket-client-api.jar'];
  const libraries = jars.map((jar) => join(tomcatHome, 'lib', jar));
  await run('javac', [...options, '-classpath', libraries.join(':'), ...sources]);
}

/** Options of a Java machine that shares few cores with many others: little memory, and without the compiler's last stage. */
export function smallJvm(memory: string): readonly string[] {
  return [`-Xmx${memory}`, '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];
}

/** Command line of one of the programs. */
export function javaProgram(name: string, ...args: readonly string[]): readonly [string, ...string[]] {
  return ['java', ...smallJvm('64m'), '-cp', javaClasses, name, ...args];
}
