// By its full path: pkg-config of hiredis adds a definition that the package manager refuses.
#include <hiredis/hiredis.h>
