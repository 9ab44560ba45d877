/* The bare minimum beside which a gateway is measured: GETs one address COUNT times, IN_FLIGHT at a time, with libcurl, and
   keeps nothing. In the address, %d is the number of the request. Prints a line of JSON.
   Usage: caller COUNT IN_FLIGHT URL */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static size_t ignore(char *data, size_t size, size_t count, void *context) {
    (void)data;
    (void)context;
    return size * count;
}

static void call(CURLM *multi, CURL *handle, const char *address, int number) {
    char url[2048];
    snprintf(url, sizeof url, address, number);
    curl_easy_setopt(handle, CURLOPT_URL, url);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, ignore);
    curl_multi_add_handle(multi, handle);
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: caller COUNT IN_FLIGHT URL\n");
        return 2;
    }
    int count = atoi(argv[1]), in_flight = atoi(argv[2]), begun = 0, done = 0, failed = 0, running = 0;
    curl_global_init(CURL_GLOBAL_ALL);
    CURLM *multi = curl_multi_init();
    double start = now();
    while (begun < in_flight && begun < count) call(multi, curl_easy_init(), argv[3], begun++);
    while (done < count) {
        curl_multi_perform(multi, &running);
        CURLMsg *message;
        int left;
        while ((message = curl_multi_info_read(multi, &left))) {
            CURL *handle = message->easy_handle;
            long status = 0;
            curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
            if (status < 200 || status > 299) failed++;
            done++;
            curl_multi_remove_handle(multi, handle);
            if (begun < count) call(multi, handle, argv[3], begun++);
        }
        curl_multi_poll(multi, NULL, 0, 100, NULL);
    }
    printf("{\"calls\":%d,\"failed\":%d,\"seconds\":%.3f}\n", done, failed, now() - start);
    return 0;
}
