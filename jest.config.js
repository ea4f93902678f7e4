/** Jest on ES modules. One project per tier, so that each says what it needs: unit (nothing), chart (helm), integration (a control plane), e2e (root and the two-node cluster). */
const shared = {
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'js', 'json'],
  testEnvironment: 'node',
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript' },
          target: 'es2024',
          experimental: { keepImportAttributes: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
};

export default {
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: [
        '<rootDir>/{operator,proxy-image,test/bench,test/cluster,test/fuzz,test/images,test/support}/**/*.test.ts',
        '<rootDir>/test/unit/**/*.test.ts',
      ],
    },
    {
      ...shared,
      displayName: 'proxy',
      testMatch: ['<rootDir>/test/proxy/**/*.test.ts'],
    },
    {
      ...shared,
      displayName: 'standalone',
      testMatch: ['<rootDir>/test/standalone/**/*.test.ts'],
    },
    {
      ...shared,
      displayName: 'conformance',
      testMatch: ['<rootDir>/test/conformance/**/*.test.ts'],
    },
    {
      ...shared,
      displayName: 'differential',
      testMatch: ['<rootDir>/test/differential/**/*.test.ts'],
    },
    {
      ...shared,
      displayName: 'faults',
      testMatch: ['<rootDir>/test/faults/*.test.ts'],
    },
    {
      ...shared,
      displayName: 'operator-faults',
      globalSetup: '<rootDir>/test/integration/setup.ts',
      globalTeardown: '<rootDir>/test/integration/teardown.ts',
      testMatch: ['<rootDir>/test/faults/operator/**/*.test.ts'],
    },
    {
      ...shared,
      displayName: 'chart',
      testMatch: ['<rootDir>/test/chart/**/*.test.ts'],
    },
    {
      ...shared,
      displayName: 'integration',
      globalSetup: '<rootDir>/test/integration/setup.ts',
      globalTeardown: '<rootDir>/test/integration/teardown.ts',
      testMatch: ['<rootDir>/test/integration/**/*.test.ts'],
    },
    {
      ...shared,
      displayName: 'e2e',
      testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
      globalSetup: '<rootDir>/test/e2e/setup.ts',
      globalTeardown: '<rootDir>/test/e2e/teardown.ts',
    },
  ],
};
