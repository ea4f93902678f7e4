import type { Provider } from './types.ts';

/** Some other provider: nothing is known of it, and what it needs to be told stands in `annotations`. */
export const none: Provider = {
  addresses: 'All',
  addressNames: true,
  sharing: 'Address',
  scopes: true,
  annotations: () => ({}),
};
