// Counts the messages of a persistent session with mosquitto_loop_forever and does nothing else: what any client of
// libmosquitto can reach at best with the library's own loop.
//
//     counter PORT CLIENT-ID TOPIC-FILTER COUNT
//
// Prints "connected" when the broker has answered, and when COUNT messages have come
// `{"messages":…,"seconds":…,"cpu":…}`: seconds from the connection to the last message, cpu in seconds.
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static long wanted, seen;
static double started;
static const char *filter;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static double cpu(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void connected(struct mosquitto *client, void *context, int code, int flags, const mosquitto_property *p) {
    (void)context, (void)flags, (void)p;
    if (code != 0) {
        fprintf(stderr, "the broker refuses: %d\n", code);
        exit(1);
    }
    started = now();
    mosquitto_subscribe(client, NULL, filter, 1);
    puts("connected");
    fflush(stdout);
}

static void received(struct mosquitto *client, void *context, const struct mosquitto_message *message) {
    (void)context, (void)message;
    if (++seen == wanted) {
        printf("{\"messages\":%ld,\"seconds\":%.6f,\"cpu\":%.6f}\n", seen, now() - started, cpu());
        fflush(stdout);
        mosquitto_disconnect(client);
    }
}

int main(int count, char **arguments) {
    if (count != 5) return 2;
    filter = arguments[3];
    wanted = atol(arguments[4]);
    mosquitto_lib_init();
    struct mosquitto *client = mosquitto_new(arguments[2], false, NULL);
    mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    mosquitto_int_option(client, MOSQ_OPT_RECEIVE_MAXIMUM, 10000);
    mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_connect_v5_callback_set(client, connected);
    mosquitto_message_callback_set(client, received);
    mosquitto_property *properties = NULL;
    mosquitto_property_add_int32(&properties, MQTT_PROP_SESSION_EXPIRY_INTERVAL, 86400);
    if (mosquitto_connect_bind_v5(client, "127.0.0.1", atoi(arguments[1]), 60, NULL, properties) != 0) return 1;
    mosquitto_loop_forever(client, -1, 1);
    mosquitto_destroy(client);
    return seen == wanted ? 0 : 1;
}
