/*
 * tls-load full|resumed PORT CLIENTS SECONDS PATH: makes a new TLS 1.3 connection for each request and prints {"units", "seconds", "errors",
 * "resumed"}; units are connections. With "resumed" each client offers the newest ticket that it has, each ticket once (RFC 8446 appendix C.4).
 */
#define _GNU_SOURCE
#include "common.h"
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>

#define MAX_TICKETS 8
#define MAX_CLIENTS 256

static int port;
static int resume;
static double end;
static SSL_CTX *context;
static char request[512];
static long units;
static long errors;
static long resumed;

static __thread SSL_SESSION *tickets[MAX_TICKETS];
static __thread int ticket_count;

/* 1: the ticket is ours from now on. */
static int keep_ticket(SSL *connection, SSL_SESSION *ticket) {
  (void)connection;
  if (ticket_count == MAX_TICKETS) {
    return 0;
  }
  tickets[ticket_count++] = ticket;
  return 1;
}

/* Handshake, request and the whole response; 0 when something is wrong. */
static int exchange(SSL *connection) {
  char response[16384];
  long total = 0;
  int length;
  if (SSL_connect(connection) != 1) {
    return 0;
  }
  if (SSL_session_reused(connection)) {
    __sync_fetch_and_add(&resumed, 1);
  }
  if (SSL_write(connection, request, strlen(request)) <= 0) {
    return 0;
  }
  while ((length = SSL_read(connection, response, sizeof response)) > 0) {
    if (total == 0 && (length < 12 || memcmp(response, "HTTP/1.1 200", 12) != 0)) {
      return 0;
    }
    total += length;
  }
  return total > 0;
}

static void *client(void *unused) {
  while (now() < end) {
    int transport = connect_to(port);
    if (transport < 0) {
      __sync_fetch_and_add(&errors, 1);
      continue;
    }
    SSL *connection = SSL_new(context);
    SSL_set_fd(connection, transport);
    if (resume && ticket_count > 0) {
      SSL_SESSION *ticket = tickets[--ticket_count];
      SSL_set_session(connection, ticket);
      SSL_SESSION_free(ticket);
    }
    __sync_fetch_and_add(exchange(connection) ? &units : &errors, 1);
    SSL_set_shutdown(connection, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(connection);
    cut(transport);
  }
  return unused;
}

int main(int count, char **arguments) {
  int clients = count == 6 ? atoi(arguments[3]) : 0;
  if (clients < 1 || clients > MAX_CLIENTS) {
    fprintf(stderr, "usage: tls-load full|resumed PORT CLIENTS SECONDS PATH (at most %d clients)\n", MAX_CLIENTS);
    return 2;
  }
  resume = strcmp(arguments[1], "resumed") == 0;
  port = atoi(arguments[2]);
  snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", arguments[5]);
  signal(SIGPIPE, SIG_IGN);
  context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  SSL_CTX_set1_groups_list(context, "X25519");
  if (resume) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, keep_ticket);
  }

  pthread_t threads[MAX_CLIENTS];
  double begin = now();
  end = begin + atof(arguments[4]);
  for (int index = 0; index < clients; index++) {
    pthread_create(&threads[index], NULL, client, NULL);
  }
  for (int index = 0; index < clients; index++) {
    pthread_join(threads[index], NULL);
  }
  printf("{\"units\":%ld,\"seconds\":%.3f,\"errors\":%ld,\"resumed\":%ld}\n", units, now() - begin, errors, resumed);
  return 0;
}
