/*
 * idle tls|tcp PORT COUNT PATH: opens COUNT connections, uses each one once (a request for PATH over TLS, or one echoed message), prints
 * how many there are as one line, and holds them until standard input ends.
 */
#include "common.h"
#include <openssl/ssl.h>
#include <signal.h>

static SSL_CTX *context;
static char request[512];
static char response[65536];

static int use_tls(int transport) {
  SSL *connection = SSL_new(context);
  SSL_set_fd(connection, transport);
  return SSL_connect(connection) == 1 && SSL_write(connection, request, strlen(request)) > 0 &&
         SSL_read(connection, response, sizeof response) > 0;
}

static int use_tcp(int connection) {
  return write(connection, "echo", 4) == 4 && read(connection, response, 4) == 4;
}

int main(int count, char **arguments) {
  if (count != 5) {
    fprintf(stderr, "usage: idle tls|tcp PORT COUNT PATH\n");
    return 2;
  }
  int is_tls = strcmp(arguments[1], "tls") == 0;
  int port = atoi(arguments[2]);
  int wanted = atoi(arguments[3]);
  int held = 0;
  raise_file_limit();
  signal(SIGPIPE, SIG_IGN);
  snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", arguments[4]);
  context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  for (; held < wanted; held++) {
    int connection = connect_to(port);
    if (connection < 0 || !(is_tls ? use_tls(connection) : use_tcp(connection))) {
      break;
    }
  }
  printf("%d\n", held);
  fflush(stdout);
  while (read(STDIN_FILENO, response, sizeof response) > 0) {
  }
  return 0;
}
