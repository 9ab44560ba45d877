#pragma once
#include <mosquitto.h>
#include <mqtt_protocol.h>
// What Swift's Glibc module leaves out, and MQTT needs beside libmosquitto.
#include <pthread.h>
#include <spawn.h>
#include <sys/eventfd.h>
extern int pthread_setname_np(pthread_t thread, const char *name);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
