#ifndef CFUSE3_H
#define CFUSE3_H
// libfuse picks its interface by this number, which a module map cannot define.
#define FUSE_USE_VERSION 312
#include <fuse3/fuse_lowlevel.h>
#endif
