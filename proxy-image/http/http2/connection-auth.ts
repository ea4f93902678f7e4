/**
 * Schemes whose handshake authenticates the connection it goes over (RFC 4559 section 6). Streams of one HTTP/2 connection go to servers on
 * different connections, so a handshake of more than one step can't be completed there.
 */
const OF_CONNECTIONS: ReadonlySet<string> = new Set(['ntlm', 'negotiate']);

/** One challenge of a WWW-Authenticate field (RFC 9110 section 11.3). */
interface Challenge {
  /** Lower case. */
  readonly scheme: string;
  /** What follows it up to the next comma: a token or a first parameter; empty for nothing. */
  readonly rest: string;
}

/** Elements of a list, of which quoted ones may have commas. */
const ELEMENTS = /(?:[^,"]|"(?:[^"\\]|\\.)*")+/g;

/** A scheme and what follows it; a further parameter of the challenge before has `=` behind its name. */
const CHALLENGE = /^[ \t]*([\w!#$%&'*+.^`|~-]+)(?:[ \t]+([^ \t=].*)|[ \t]*)$/;

/**
 * Whether a client can only answer these challenges, the values of a 401's WWW-Authenticate fields, over HTTP/1.1: a handshake of NTLM or
 * Negotiate is under way, or NTLM, which always takes more than one step, is asked for and nothing beside it but Negotiate. Negotiate
 * alone may be Kerberos, which takes one step, and where another scheme is offered the client has a choice.
 */
export function needsHttp1(values: readonly string[]): boolean {
  const challenges = values.flatMap(readChallenges);
  const ofConnections = challenges.filter(({ scheme }) => OF_CONNECTIONS.has(scheme));
  const underWay = ofConnections.some(({ rest }) => rest !== '');
  const noChoice = ofConnections.length === challenges.length;
  return underWay || (noChoice && challenges.some(({ scheme }) => scheme === 'ntlm'));
}

function readChallenges(value: string): readonly Challenge[] {
  return (value.match(ELEMENTS) ?? []).flatMap((element) => {
    const [, scheme, rest = ''] = CHALLENGE.exec(element) ?? [];
    return scheme === undefined ? [] : [{ scheme: scheme.toLowerCase(), rest: rest.trim() }];
  });
}
