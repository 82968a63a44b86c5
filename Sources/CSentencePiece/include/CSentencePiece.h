#ifndef DRAGOMAN_CSENTENCEPIECE_H
#define DRAGOMAN_CSENTENCEPIECE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A loaded SentencePiece model; immutable, so that any thread may use it. No C++ exception leaves this header. */
typedef struct dragoman_pieces dragoman_pieces;

/* Loads a serialised model. NULL when it is not one. */
dragoman_pieces *dragoman_pieces_load(const void *bytes, size_t count);
void dragoman_pieces_free(dragoman_pieces *pieces);

/* Number of pieces in the vocabulary. */
int dragoman_pieces_count(const dragoman_pieces *pieces);
/* The ids of the end of sentence and of the unknown piece; -1 when the model has none. */
int dragoman_pieces_end(const dragoman_pieces *pieces);
int dragoman_pieces_unknown(const dragoman_pieces *pieces);

/* Cuts UTF-8 text into pieces. Writes at most `capacity` ids and the byte offset in `text` where each piece ends; either may be
   NULL. Returns the number of pieces that the text has, or -1 on failure. */
int64_t dragoman_pieces_encode(const dragoman_pieces *pieces, const char *text, size_t count, int32_t *ids, uint32_t *ends,
                               size_t capacity);

/* Joins pieces to UTF-8 text. Writes at most `capacity` bytes and, unless `ends` is NULL, for each of the `count` pieces the byte
   offset in the text where it ends. Returns the length of the whole text, or -1 on failure (an id outside the vocabulary). */
int64_t dragoman_pieces_decode(const dragoman_pieces *pieces, const int32_t *ids, size_t count, char *text, size_t capacity,
                               uint32_t *ends);

/* The same for pieces given as text, which need not be in the vocabulary. */
int64_t dragoman_pieces_join(const dragoman_pieces *pieces, const char *const *texts, size_t count, char *text, size_t capacity,
                             uint32_t *ends);

/* The text of a piece, valid while `pieces` lives; the id must be in the vocabulary. */
const char *dragoman_pieces_text(const dragoman_pieces *pieces, int32_t id);

/* The score of the piece with this text, the logarithm of its probability in a unigram model; NAN when there is no such piece. */
float dragoman_pieces_score(const dragoman_pieces *pieces, const char *text);

#ifdef __cplusplus
}
#endif

#endif
