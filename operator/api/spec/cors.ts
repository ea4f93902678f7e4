import { boolean, defaulted, object, required, setOf, string } from '../schema/builder.ts';
import { PATTERNS } from './patterns.ts';
import { duration } from './scalars.ts';

const MANY = { maxItems: 32 };

const origin = () => string({ pattern: PATTERNS.origin.pattern, maxLength: 253, minLength: 1 });
const method = () => string({ pattern: PATTERNS.method.pattern, maxLength: 32, minLength: 1 });
const field = () => string({ pattern: PATTERNS.fieldName.pattern, maxLength: 64, minLength: 1 });

/** `policies.cors`: the CORS protocol of the Fetch standard. */
export const corsSchema = object(
  {
    origins: required(
      setOf(origin(), { minItems: 1, maxItems: 32 }),
      'Origins as browsers write them: https://app.example.com, with a port where it is not the usual one. https://*.example.com: all that have one more label. *: all, `null` included.',
    ),
    methods: defaulted(
      setOf(method(), MANY),
      ['GET', 'HEAD', 'POST'],
      'Methods that these pages may use. *: all.',
    ),
    headers: defaulted(
      setOf(field(), MANY),
      [],
      'Request fields that these pages may set beside those that every page may, such as Content-Type and Authorization. *: all but Authorization.',
    ),
    exposedHeaders: defaulted(
      setOf(field(), MANY),
      [],
      'Response fields that these pages may read beside those that every page may. *: all.',
    ),
    credentials: defaulted(
      boolean(),
      false,
      'Whether these pages may send cookies, credentials of HTTP and client certificates, and read the response. Not with a *.',
    ),
    maxAge: defaulted(
      duration(),
      '10m',
      'How long a browser remembers the answer to a preflight; whole seconds. Chromium heeds up to 2h, Firefox 24h.',
    ),
  },
  [
    {
      rule: "!self.credentials || !('*' in self.origins || '*' in self.methods || '*' in self.headers || '*' in self.exposedHeaders)",
      message:
        'credentials: browsers take no * for requests with credentials; name the origins, methods and headers, or leave credentials out',
    },
  ],
);
