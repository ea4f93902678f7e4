import { describe, expect, it } from '@jest/globals';
import { imageOf } from './install.ts';

const manifest = `
      - image: example.test/first/proxy:v1
        image: example.test/metallb/controller:v0.15.2
        image: example.test/metallb/speaker:v0.15.2
`;

describe('imageOf', () => {
  it('finds the image of a component in the manifest', () => {
    expect(imageOf(manifest, 'speaker')).toBe('example.test/metallb/speaker:v0.15.2');
  });

  it('says so if there is none', () => {
    expect(() => imageOf('', 'controller')).toThrow("MetalLB's manifest names no image for its controller");
  });
});
