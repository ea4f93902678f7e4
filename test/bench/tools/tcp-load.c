/*
 * tcp-load WORK PORT CONNECTIONS SECONDS: keeps CONNECTIONS connections busy and prints {"units", "seconds", "errors"}.
 *   ping      64 bytes there and back on connections that stay; units are round trips
 *   connect   connect, 64 bytes there and back, cut; units are connections
 *   upload    as many bytes as are taken; units are bytes
 *   download  as many bytes as come; units are bytes
 */
#define _GNU_SOURCE
#include "common.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>

#define MESSAGE 64
#define BUFFER (256 * 1024)
#define MAX_FILES 65536

enum work { PING, CONNECT, UPLOAD, DOWNLOAD };

static const char *const names[] = {"ping", "connect", "upload", "download"};
static const char first_bytes[] = {'e', 'e', 'u', 'd'};

static enum work work;
static int port;
static int epoll;
static long units;
static long errors;
static char message[BUFFER];
static char input[BUFFER];
/* Bytes of the answer so far, by file descriptor. */
static int received[MAX_FILES];

static void start(void) {
  int connection = connect_to(port);
  if (connection < 0 || connection >= MAX_FILES) {
    fail("connect");
  }
  int first = work == PING || work == CONNECT ? MESSAGE : 1;
  received[connection] = 0;
  if (write(connection, message, first) != first) {
    fail("write");
  }
  fcntl(connection, F_SETFL, O_NONBLOCK);
  struct epoll_event event = {.events = work == UPLOAD ? EPOLLOUT : EPOLLIN, .data.fd = connection};
  epoll_ctl(epoll, EPOLL_CTL_ADD, connection, &event);
}

static void restart(int connection) {
  cut(connection);
  start();
}

/* What came back on a connection that echoes. */
static void answered(int connection, int length) {
  received[connection] += length;
  if (received[connection] < MESSAGE) {
    return;
  }
  units++;
  if (work == CONNECT) {
    restart(connection);
    return;
  }
  received[connection] = 0;
  if (write(connection, message, MESSAGE) != MESSAGE) {
    errors++;
  }
}

static void turn(int connection) {
  ssize_t length;
  if (work == UPLOAD) {
    length = write(connection, message, sizeof message);
  } else {
    length = recv(connection, input, sizeof input, work == DOWNLOAD ? MSG_TRUNC : 0);
  }
  if (length < 0 && errno == EAGAIN) {
    return;
  }
  if (length <= 0) {
    errors++;
    restart(connection);
  } else if (work == UPLOAD || work == DOWNLOAD) {
    units += length;
  } else {
    answered(connection, length);
  }
}

static int work_named(const char *name) {
  for (int index = 0; index < 4; index++) {
    if (strcmp(name, names[index]) == 0) {
      return index;
    }
  }
  return -1;
}

int main(int count, char **arguments) {
  if (count != 5 || work_named(arguments[1]) < 0) {
    fprintf(stderr, "usage: tcp-load ping|connect|upload|download PORT CONNECTIONS SECONDS\n");
    return 2;
  }
  work = work_named(arguments[1]);
  port = atoi(arguments[2]);
  signal(SIGPIPE, SIG_IGN);
  message[0] = first_bytes[work];
  epoll = epoll_create1(0);
  for (int index = atoi(arguments[3]); index > 0; index--) {
    start();
  }

  double begin = now();
  double end = begin + atof(arguments[4]);
  struct epoll_event events[256];
  while (now() < end) {
    int ready = epoll_wait(epoll, events, 256, 100);
    for (int index = 0; index < ready; index++) {
      turn(events[index].data.fd);
    }
  }
  printf("{\"units\":%ld,\"seconds\":%.3f,\"errors\":%ld}\n", units, now() - begin, errors);
  return 0;
}
