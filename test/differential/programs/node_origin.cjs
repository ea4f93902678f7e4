const { createHash } = require('node:crypto');
const { createServer } = require('node:http');

// node_origin.js <port>
const server = createServer({ maxHeaderSize: 262_144 }, (request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const body = Buffer.concat(parts);
    const digest = createHash('sha256').update(body).digest('hex');
    const { method, url: target, headers } = request;
    const sighting = { method, target, host: headers.host, length: body.length, digest };
    response.setHeader('X-Seen', JSON.stringify(sighting));
    response.end('ok');
  });
});
server.listen(Number(process.argv[2]), '127.0.0.1');
