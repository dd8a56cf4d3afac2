/* Loops over the bytes of many texts. Plain C without Python's headers: any compiler makes a library of it, and any
 * version of Python loads it. Every function has its equal in Python or Arrow, which says what it has to do. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* ---- Folding: UTF-8 to one byte for each character (analysis/custody/scrub/alphabet.py) ---- */

enum { JOINER = 0x06, EXPAND = 0x0E, BLANK = 0x20, DROPPED = 0x7F, ARABIC_FIRST = 0x80, UNKNOWN = 0xFE, LETTER_OTHER = 0xFF };

enum { POINTS = 0x110000 };

/* The code point at a place of UTF-8 that ends after `left` bytes, and how many bytes it takes; POINTS where none is. */
static inline uint32_t point_at(const uint8_t *at, int32_t left, int *width) {
    uint32_t lead = at[0], point;
    if (lead < 0x80) { *width = 1; return lead; }
    if (lead < 0xE0 && left > 1) {
        uint32_t second = at[1] ^ 0x80u;
        *width = 2;
        return (lead < 0xC2) | (second > 0x3F) ? POINTS : (lead & 0x1Fu) << 6 | second;
    }
    *width = lead < 0xF0 ? 3 : 4;
    if (*width > left || lead < 0xE0) return POINTS;
    uint32_t second = at[1] ^ 0x80u, third = at[2] ^ 0x80u, fourth = *width == 4 ? at[3] ^ 0x80u : 0;
    if ((second | third | fourth) > 0x3F) return POINTS;
    if (*width == 3) {
        point = (lead & 0x0Fu) << 12 | second << 6 | third;
        return point < 0x800 || (point >= 0xD800 && point < 0xE000) ? POINTS : point;
    }
    point = (lead & 0x0Fu) << 18 | second << 12 | third << 6 | fourth;
    return point < 0x10000 || point > POINTS ? POINTS : point;
}

/* Fold n texts. `starts` (optional) gets the place of each byte's character in the raw bytes, `marked` (optional)
 * whether a dropped character follows it. `spelled` says of each text whether it holds a character that folds to
 * several. A character that the table does not know ends the work: its code point is the answer, else -1; POINTS where
 * a text is no UTF-8. */
int64_t fold(const uint8_t *raw, const int32_t *offsets, int64_t n, const uint8_t *table, uint8_t *data,
             int64_t *bounds, int32_t *starts, uint8_t *marked, uint8_t *spelled) {
    int64_t filled = 0;
    int width;
    bounds[0] = 0;
    for (int64_t text = 0; text < n; text++) {
        uint8_t previous = 0, has_expansion = 0;
        for (int32_t at = offsets[text], end = offsets[text + 1]; at < end; at += width) {
            uint32_t point = point_at(raw + at, end - at, &width);
            if (point == POINTS) return POINTS;
            uint8_t code = table[point], own = code;
            if (code < BLANK || code == DROPPED || code == UNKNOWN) {
                if (code == UNKNOWN) return point;
                if (code == JOINER) code = previous >= ARABIC_FIRST && previous < LETTER_OTHER ? BLANK : DROPPED;
                has_expansion |= code == EXPAND;
            }
            previous = own;
            if (code == DROPPED) {
                if (marked && filled > bounds[text]) marked[filled - 1] = 1;
                continue;
            }
            if (starts) { starts[filled] = at; marked[filled] = 0; }
            data[filled++] = code;
        }
        bounds[text + 1] = filled;
        spelled[text] = has_expansion;
    }
    return -1;
}

/* ---- Spans of bytes ---- */

/* Copy n spans one behind the other. */
void pick(const uint8_t *data, const int64_t *starts, const int64_t *ends, int64_t n, uint8_t *out) {
    for (int64_t each = 0; each < n; each++) {
        memcpy(out, data + starts[each], ends[each] - starts[each]);
        out += ends[each] - starts[each];
    }
}

/* Copy data with n spans, in order, replaced by words: word k lies in `words` between bounds[k] and bounds[k + 1]. */
void put(const uint8_t *data, int64_t size, const int64_t *starts, const int64_t *ends, const int64_t *which, int64_t n,
         const uint8_t *words, const int64_t *bounds, uint8_t *out) {
    int64_t done = 0;
    for (int64_t each = 0; each < n; each++) {
        memcpy(out, data + done, starts[each] - done);
        out += starts[each] - done;
        const int64_t *word = bounds + which[each];
        memcpy(out, words + word[0], word[1] - word[0]);
        out += word[1] - word[0];
        done = ends[each];
    }
    memcpy(out, data + done, size - done);
}

/* ---- Words of a vocabulary (analysis/measures/lexicon.py) ---- */

enum { LEFT_OUT, ODD, SPACE };          /* bytes of a spelling that are no mark and no letter */
enum { KEYS = 3, KEY_BYTES = 8, LONGEST_GAP = 4 };
static const uint64_t MULTIPLIER = 0x9E3779B97F4A7C15u;

/* The number of a word in a vocabulary kept by hash: `slots` (a power of two of them) hold numbers, -1 where empty. */
static inline int32_t number_of(const uint64_t *keys, const uint64_t *vocabulary, const int32_t *slots, int64_t mask) {
    uint64_t mixed = (keys[0] * MULTIPLIER + keys[1]) * MULTIPLIER + keys[2];
    for (int64_t slot = (mixed * MULTIPLIER >> 32) & mask; slots[slot] >= 0; slot = (slot + 1) & mask) {
        const uint64_t *word = vocabulary + (int64_t)slots[slot] * KEYS;
        if (word[0] == keys[0] && word[1] == keys[1] && word[2] == keys[2]) return slots[slot];
    }
    return -1;
}

/* How many words of a vocabulary stand in n texts; what there is no room for is counted only. A text is odd that has
 * more than `longest` characters, one that is not plain, or a wide gap between two known words: nothing in it counts. */
int64_t known_words(const uint8_t *raw, const int32_t *offsets, int64_t n, const uint8_t *spelling, int64_t spelled,
                    int32_t longest, int32_t first_letter, const uint64_t *vocabulary, const int32_t *slots, int64_t mask,
                    int32_t *rows, int32_t *places, int32_t *numbers, uint8_t *gaps, int64_t room, uint8_t *odd) {
    int64_t count = 0;
    int32_t place = 0;
    for (int64_t text = 0; text < n; text++) {
        int64_t before = count, last = -1;      /* the known word just before this place, if it is the last one */
        int32_t characters = 0, width = 0, between = 0, is_blank = 1, is_odd = 0;
        uint8_t mark = 0;
        int32_t length = 0;
        uint64_t keys[KEYS + 1] = {0}, key = 0;       /* the last one holds what is too long */
        for (int32_t at = offsets[text], end = offsets[text + 1]; at <= end && !is_odd; at += width) {
            uint8_t byte = LEFT_OUT;
            if (at < end) {
                uint32_t point = point_at(raw + at, end - at, &width);
                byte = point < spelled ? spelling[point] : ODD;
                characters++;
                if (byte >= first_letter) {
                    key |= (uint64_t)byte << 8 * (length & 7);
                    if (!(++length & 7)) { keys[length <= KEYS * KEY_BYTES ? length / KEY_BYTES - 1 : KEYS] = key; key = 0; }
                    continue;
                }
                is_odd = byte == ODD;
                if (byte == LEFT_OUT || is_odd) continue;
            } else width = 1;
            if (length) {
                int32_t number = -1;
                if (length <= KEYS * KEY_BYTES) {
                    if (length & 7) keys[length / KEY_BYTES] = key;
                    number = number_of(keys, vocabulary, slots, mask);
                }
                if (number >= 0 && last >= 0) {
                    if (is_blank && between > LONGEST_GAP) is_odd = 1;
                    else if (last < room) gaps[last] = is_blank ? SPACE : between == 1 ? mark : LEFT_OUT;
                }
                last = -1;
                if (number >= 0) {
                    last = count++;
                    if (last < room) { rows[last] = text; places[last] = place; numbers[last] = number; gaps[last] = LEFT_OUT; }
                }
                place++;
                keys[0] = keys[1] = keys[2] = key = 0;
                length = between = 0;
                is_blank = 1;
            }
            if (between++ < LONGEST_GAP) is_blank &= byte == SPACE;
            if (between == 1) mark = byte;
        }
        odd[text] = is_odd || characters > longest;
        if (odd[text]) count = before;
    }
    return count;
}

/* ---- Many patterns at once: a deterministic automaton whose states are made when a text first needs them ---- */

enum { TAKE, SPLIT, ASSERT, MATCH };                       /* kinds of nodes */
enum { BEGINNING, END, BORDER, NO_BORDER };                /* what is asserted between two bytes */
enum { AT_BEGINNING, BEHIND_OTHER, BEHIND_WORD, PLACES_BEFORE };          /* what stands before a state */
/* What of a move is its state, times the width of a row; the rest says that patterns matched on the way. */
enum { LANES = 6, MATCHED = 1 << 30, PLACE = MATCHED - 1 };
enum { NEW = -1, NO_MEMORY = -1, FULL = -2 };

typedef struct {
    int32_t first, count;   /* its nodes in `kernels` */
    int32_t before;         /* what stands before it */
    uint64_t hash;
} State;

typedef struct {
    int32_t *nodes, count;
    uint64_t mask;
} Opening;

typedef struct {
    /* As given: nodes, the sets of classes that TAKE nodes take, one class for each byte. */
    const int32_t *kind, *next, *other;
    const uint8_t *takes;   /* sets x classes */
    const uint8_t *class_of, *is_word;
    int32_t nodes, classes, beginning;
    int64_t most_bytes;
    /* Made on the way. */
    State *states;
    Opening *openings;      /* what stands before x (classes and the end) */
    int32_t *kernels, *moves, *table, *stack, *seen, *wanted;
    uint64_t *masks;        /* the patterns that matched on the way into each state, one bit for each */
    int32_t made, room, kernels_used, kernels_room, slots, stamp;
    int32_t forgotten;      /* how often states had to be forgotten */
} Automaton;

static int grow(void **block, size_t bytes) {
    void *larger = realloc(*block, bytes);
    if (!larger) return 0;
    *block = larger;
    return 1;
}

static int more_states(Automaton *a) {
    size_t room = a->room ? 2 * (size_t)a->room : 256, width = a->classes + 1;
    if (!grow((void **)&a->states, room * sizeof(State)) || !grow((void **)&a->moves, room * width * sizeof(int32_t)) ||
        !grow((void **)&a->masks, room * sizeof(uint64_t))) return 0;
    a->room = (int32_t)room;
    if (!grow((void **)&a->table, 4 * room * sizeof(int32_t))) return 0;
    a->slots = (int32_t)(4 * room);
    memset(a->table, 0xFF, sizeof(int32_t) * a->slots);
    for (int32_t each = 0; each < a->made; each++) {
        uint32_t slot = a->states[each].hash & (a->slots - 1);
        while (a->table[slot] >= 0) slot = (slot + 1) & (a->slots - 1);
        a->table[slot] = each;
    }
    return 1;
}

static int by_number(const void *one, const void *two) {
    int32_t a = *(const int32_t *)one, b = *(const int32_t *)two;
    return (a > b) - (a < b);
}

/* The state with these nodes (in order), made if need be; NO_MEMORY, or FULL. */
static int32_t state_of(Automaton *a, const int32_t *nodes, int32_t count, int32_t before, uint64_t mask) {
    uint64_t hash = 1469598103934665603u + before;
    for (int32_t i = 0; i < count; i++) hash = (hash ^ (uint32_t)nodes[i]) * 1099511628211u;
    hash = (hash ^ mask ^ mask >> 32) * 1099511628211u;
    hash ^= hash >> 29;
    uint32_t slot = hash & (a->slots - 1);
    for (; a->table[slot] >= 0; slot = (slot + 1) & (a->slots - 1)) {
        State *held = a->states + a->table[slot];
        if (held->hash == hash && held->count == count && held->before == before && a->masks[a->table[slot]] == mask &&
            !memcmp(a->kernels + held->first, nodes, sizeof(int32_t) * count)) return a->table[slot];
    }
    int64_t bytes = (int64_t)a->made * ((a->classes + 1) * 4 + 8 + sizeof(State)) + (int64_t)a->kernels_used * 4;
    if (bytes > a->most_bytes) return FULL;
    if (a->made == a->room) {
        if (!more_states(a)) return NO_MEMORY;
        slot = hash & (a->slots - 1);
        while (a->table[slot] >= 0) slot = (slot + 1) & (a->slots - 1);
    }
    if (a->kernels_used + count > a->kernels_room) {
        a->kernels_room = 2 * a->kernels_room + count + 4096;
        if (!grow((void **)&a->kernels, sizeof(int32_t) * (size_t)a->kernels_room)) return NO_MEMORY;
    }
    int32_t number = a->made++, width = a->classes + 1;
    a->states[number] = (State){a->kernels_used, count, before, hash};
    memcpy(a->kernels + a->kernels_used, nodes, sizeof(int32_t) * count);
    a->kernels_used += count;
    a->masks[number] = mask;
    for (int32_t c = 0; c < width; c++) a->moves[(int64_t)number * width + c] = NEW;
    a->table[slot] = number;
    return number;
}

/* Forget all states but that of a text's beginning, whose number is 0. */
static void forget(Automaton *a) {
    a->made = a->kernels_used = 0;
    a->forgotten++;
    memset(a->table, 0xFF, sizeof(int32_t) * a->slots);
    state_of(a, NULL, 0, AT_BEGINNING, 0);
}

/* The same as a move: its row, and whether patterns matched. Where all room is taken everything else is forgotten:
 * linear time, and memory that does not grow. */
static int32_t place_of(Automaton *a, const int32_t *nodes, int32_t count, int32_t before, uint64_t mask) {
    int32_t state = state_of(a, nodes, count, before, mask);
    if (state == FULL) {
        forget(a);
        state = state_of(a, nodes, count, before, mask);
    }
    return state < 0 ? NO_MEMORY : state * (a->classes + 1) + (a->masks[state] ? MATCHED : 0);
}

static int holds(int32_t asserted, int32_t before, int is_end, int is_word) {
    int was_word = before == BEHIND_WORD;
    switch (asserted) {
        case BEGINNING: return before == AT_BEGINNING;
        case END: return is_end;
        case BORDER: return was_word != is_word;
        default: return was_word == is_word;
    }
}

/* The nodes that take a class of bytes, of all that are reached from those on the stack; what ends here is noted. */
static int32_t taken_from(Automaton *a, int32_t top, int32_t before, int32_t class, int32_t *taken, uint64_t *mask) {
    int is_end = class == a->classes, is_word = !is_end && a->is_word[class];
    int32_t wanted = 0, count = 0;
    if (a->stamp == INT32_MAX) { memset(a->seen, 0, sizeof(int32_t) * a->nodes); a->stamp = 0; }
    int32_t stamp = ++a->stamp;
    while (top) {
        int32_t node = a->stack[--top];
        if (a->seen[node] == stamp) continue;
        a->seen[node] = stamp;
        switch (a->kind[node]) {
            case TAKE:
                if (!is_end && a->takes[(int64_t)a->other[node] * a->classes + class]) taken[wanted++] = a->next[node];
                break;
            case SPLIT:
                a->stack[top++] = a->next[node];
                a->stack[top++] = a->other[node];
                break;
            case ASSERT:
                if (holds(a->other[node], before, is_end, is_word)) a->stack[top++] = a->next[node];
                break;
            default:
                *mask |= 1ull << a->other[node];
        }
    }
    qsort(taken, wanted, sizeof(int32_t), by_number);
    for (int32_t i = 0; i < wanted; i++) if (!count || taken[count - 1] != taken[i]) taken[count++] = taken[i];
    return count;
}

/* What begins at any place: the nodes reached from the beginning of all patterns. NULL without memory. */
static Opening *opening_of(Automaton *a, int32_t before, int32_t class) {
    Opening *held = a->openings + before * (a->classes + 1) + class;
    if (held->nodes) return held;
    a->stack[0] = a->beginning;
    held->count = taken_from(a, 1, before, class, a->wanted, &held->mask);
    held->nodes = malloc(sizeof(int32_t) * (held->count + 1));
    if (!held->nodes) return NULL;
    memcpy(held->nodes, a->wanted, sizeof(int32_t) * held->count);
    return held;
}

/* Where a state goes with a class of bytes; the last class is the end of a text. */
static int32_t move(Automaton *a, int32_t from, int32_t class) {
    State state = a->states[from];
    Opening *opening = opening_of(a, state.before, class);
    if (!opening) return NO_MEMORY;
    uint64_t mask = opening->mask;
    memcpy(a->stack, a->kernels + state.first, sizeof(int32_t) * state.count);
    int32_t *own = a->wanted, *all = a->wanted + a->nodes, total = 0, first = 0, second = 0;
    int32_t count = taken_from(a, state.count, state.before, class, own, &mask);
    while (first < count || second < opening->count) {
        int32_t next = second == opening->count || (first < count && own[first] <= opening->nodes[second]) ? own[first] : opening->nodes[second];
        first += first < count && own[first] == next;
        second += second < opening->count && opening->nodes[second] == next;
        all[total++] = next;
    }
    int64_t row = (int64_t)from * (a->classes + 1);
    int is_word = class < a->classes && a->is_word[class];
    int32_t forgotten = a->forgotten, to = place_of(a, all, total, is_word ? BEHIND_WORD : BEHIND_OTHER, mask);
    if (to >= 0 && forgotten == a->forgotten) a->moves[row + class] = to;
    return to;
}

void automaton_free(Automaton *a) {
    if (!a) return;
    for (int32_t each = 0; a->openings && each < PLACES_BEFORE * (a->classes + 1); each++) free(a->openings[each].nodes);
    void *blocks[] = {a->openings, a->states, a->kernels, a->moves, a->table, a->stack, a->seen, a->wanted, a->masks};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) free(blocks[i]);
    free(a);
}

/* What is given, of at most 64 patterns, must outlive the automaton. */
Automaton *automaton_new(const int32_t *kind, const int32_t *next, const int32_t *other, int32_t nodes,
                         const uint8_t *takes, const uint8_t *class_of, const uint8_t *is_word, int32_t classes,
                         int32_t beginning, int64_t most_bytes) {
    Automaton *a = calloc(1, sizeof *a);
    if (!a) return NULL;
    a->kind = kind; a->next = next; a->other = other; a->nodes = nodes;
    a->takes = takes; a->class_of = class_of; a->is_word = is_word; a->classes = classes;
    a->beginning = beginning; a->most_bytes = most_bytes;
    /* A node is pushed at most once by each of the two that may lead to it, and once by the state. */
    a->stack = malloc(sizeof(int32_t) * (4 * (size_t)nodes + 8));
    a->seen = calloc(nodes, sizeof(int32_t));
    a->wanted = malloc(2 * sizeof(int32_t) * ((size_t)nodes + 1));
    a->openings = calloc(PLACES_BEFORE * ((size_t)classes + 1), sizeof(Opening));
    if (!a->openings || !a->stack || !a->seen || !a->wanted || !more_states(a)) { automaton_free(a); return NULL; }
    forget(a);
    return a;
}

/* One text on its way through the automaton. */
typedef struct {
    const uint8_t *at, *end;
    uint64_t *mask;
    int32_t place;
} Lane;

/* One step of one text, with a class of bytes or the end of the text; what matched is noted. */
static int step(Automaton *a, Lane *lane, int32_t class) {
    int32_t to = a->moves[lane->place + class];
    if (to == NEW && (to = move(a, lane->place / (a->classes + 1), class)) < 0) return -1;
    lane->place = to & PLACE;
    if (to & MATCHED) *lane->mask |= a->masks[lane->place / (a->classes + 1)];
    return 0;
}

static int one_text(Automaton *a, const uint8_t *data, const int64_t *offsets, int64_t text, uint64_t *masks) {
    Lane lane = {data + offsets[text], data + offsets[text + 1], masks + text, 0};
    for (; lane.at < lane.end; lane.at++) if (step(a, &lane, a->class_of[*lane.at])) return -1;
    return step(a, &lane, a->classes);
}

/* All lanes at once as far as the shortest goes: their look-ups do not wait for one another. */
static int together(Automaton *a, Lane *lanes) {
    const int32_t forgotten = a->forgotten;
    const uint8_t *class_of = a->class_of, *at[LANES];
    int32_t place[LANES], to[LANES];
    int64_t least = lanes[0].end - lanes[0].at;
    for (int each = 0; each < LANES; each++) {
        at[each] = lanes[each].at;
        place[each] = lanes[each].place;
        if (lanes[each].end - lanes[each].at < least) least = lanes[each].end - lanes[each].at;
    }
    for (int64_t done = 0; done < least; done++) {
        const int32_t *moves = a->moves;
        int32_t all = 0;
        for (int each = 0; each < LANES; each++) all |= to[each] = moves[place[each] + class_of[at[each][done]]];
        if (!(all & ~PLACE)) {
            for (int each = 0; each < LANES; each++) place[each] = to[each];
            continue;
        }
        for (int each = 0; each < LANES; each++) {
            lanes[each].place = place[each];
            if (step(a, lanes + each, class_of[at[each][done]])) return -1;
            place[each] = lanes[each].place;
        }
        if (forgotten != a->forgotten) return 0;
    }
    for (int each = 0; each < LANES; each++) {
        lanes[each].at += least;
        lanes[each].place = place[each];
    }
    return 0;
}

/* Which patterns match anywhere in each of n texts: the mask of each. 0, or -1 without memory. */
int automaton_scan(Automaton *a, const uint8_t *data, const int64_t *offsets, int64_t n, uint64_t *masks) {
    Lane lanes[LANES];
    int64_t in_lane[LANES], next = 0;
    int filled = 0;
    memset(masks, 0, sizeof(uint64_t) * n);
    const int32_t forgotten = a->forgotten;
    while (next < n && forgotten == a->forgotten) {
        for (; filled < LANES && next < n; filled++, next++) {
            lanes[filled] = (Lane){data + offsets[next], data + offsets[next + 1], masks + next, 0};
            in_lane[filled] = next;
        }
        if (filled < LANES) break;
        if (together(a, lanes) < 0) return -1;
        if (forgotten != a->forgotten) break;
        for (int each = LANES - 1; each >= 0; each--) {
            if (lanes[each].at < lanes[each].end) continue;
            if (step(a, lanes + each, a->classes)) return -1;
            filled--;
            lanes[each] = lanes[filled];
            in_lane[each] = in_lane[filled];
            if (forgotten != a->forgotten) break;
        }
    }
    /* The last ones, and all from where states were forgotten, which other lanes stood in: one after the other. */
    for (int each = 0; each < LANES; each++) if (each < filled && one_text(a, data, offsets, in_lane[each], masks)) return -1;
    for (; next < n; next++) if (one_text(a, data, offsets, next, masks)) return -1;
    return 0;
}

int32_t automaton_states(const Automaton *a) { return a->made; }
