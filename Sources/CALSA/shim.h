#include <alsa/asoundlib.h>

static void dragoman_alsa_say_nothing(const char *file, int line, const char *function, int code, const char *format, ...) {}

/// Keeps ALSA's own messages off stderr, for the whole process; its handler is variadic, which Swift cannot write.
static inline void dragoman_alsa_silence(void) { snd_lib_error_set_handler(dragoman_alsa_say_nothing); }
