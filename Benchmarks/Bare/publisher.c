// Publishes the lines of a file with QoS 1 as fast as the broker takes them, and ends when all are acknowledged.
//
//     publisher PORT FILE [CONNECTIONS]
//
// A line is a topic, a tab, and the payload. With several connections the lines are dealt out to them in turn.
// Prints `{"messages":…,"seconds":…}`.
#include <mosquitto.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { window = 1000, connectionsMax = 8 };

struct line {
    char *topic, *payload;
    int size;
};

static struct line *lines;
static long lineCount;
static int port, connections = 1;

struct connection {
    int number;
    bool connected;
    long acknowledged;
    pthread_mutex_t lock;
    pthread_cond_t progress;
};

static void connected(struct mosquitto *client, void *context, int code) {
    (void)client;
    struct connection *connection = context;
    if (code != 0) exit(1);
    pthread_mutex_lock(&connection->lock);
    connection->connected = true;
    pthread_cond_signal(&connection->progress);
    pthread_mutex_unlock(&connection->lock);
}

static void published(struct mosquitto *client, void *context, int id) {
    (void)client, (void)id;
    struct connection *connection = context;
    pthread_mutex_lock(&connection->lock);
    connection->acknowledged++;
    pthread_cond_signal(&connection->progress);
    pthread_mutex_unlock(&connection->lock);
}

static void *publish(void *context) {
    struct connection *connection = context;
    struct mosquitto *client = mosquitto_new(NULL, true, connection);
    mosquitto_max_inflight_messages_set(client, window);
    mosquitto_connect_callback_set(client, connected);
    mosquitto_publish_callback_set(client, published);
    if (mosquitto_connect(client, "127.0.0.1", port, 60) != 0) exit(1);
    mosquitto_loop_start(client);
    long sent = 0;
    pthread_mutex_lock(&connection->lock);
    while (!connection->connected) pthread_cond_wait(&connection->progress, &connection->lock);
    for (long index = connection->number; index < lineCount; index += connections) {
        while (sent - connection->acknowledged >= window) pthread_cond_wait(&connection->progress, &connection->lock);
        pthread_mutex_unlock(&connection->lock);
        struct line line = lines[index];
        if (mosquitto_publish(client, NULL, line.topic, line.size, line.payload, 1, false) != 0) exit(1);
        sent++;
        pthread_mutex_lock(&connection->lock);
    }
    while (connection->acknowledged < sent) pthread_cond_wait(&connection->progress, &connection->lock);
    pthread_mutex_unlock(&connection->lock);
    mosquitto_disconnect(client);
    mosquitto_loop_stop(client, false);
    mosquitto_destroy(client);
    return NULL;
}

static void readLines(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) exit(1);
    char *text = NULL;
    size_t room = 0;
    long capacity = 0;
    ssize_t size;
    while ((size = getline(&text, &room, file)) > 0) {
        char *tab = strchr(text, '\t');
        if (!tab) continue;
        if (text[size - 1] == '\n') text[--size] = 0;
        if (lineCount == capacity) lines = realloc(lines, (capacity = capacity * 2 + 1024) * sizeof *lines);
        *tab = 0;
        lines[lineCount++] = (struct line){strdup(text), strdup(tab + 1), (int)strlen(tab + 1)};
    }
    free(text);
    fclose(file);
}

int main(int count, char **arguments) {
    if (count < 3) return 2;
    port = atoi(arguments[1]);
    readLines(arguments[2]);
    if (count > 3) connections = atoi(arguments[3]);
    if (connections < 1 || connections > connectionsMax) return 2;
    mosquitto_lib_init();
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    static struct connection all[connectionsMax];
    pthread_t threads[connectionsMax];
    for (int number = 0; number < connections; number++) {
        all[number].number = number;
        pthread_mutex_init(&all[number].lock, NULL);
        pthread_cond_init(&all[number].progress, NULL);
        pthread_create(&threads[number], NULL, publish, &all[number]);
    }
    for (int number = 0; number < connections; number++) pthread_join(threads[number], NULL);
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("{\"messages\":%ld,\"seconds\":%.6f}\n", lineCount,
        end.tv_sec - start.tv_sec + (end.tv_nsec - start.tv_nsec) / 1e9);
    return 0;
}
