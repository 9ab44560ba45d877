/* What Swift's Glibc leaves out. */
#pragma once
#include <sys/epoll.h>
#include <sys/eventfd.h>
