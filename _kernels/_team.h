/* A team: threads that wait for large jobs and do them together. See threads.pyx.

   A job is a function that the members run on the same data at the same time, each with
   its number. How they divide the work is up to them: _threads.pxd. Who has not even
   begun when the others are through is not waited for.

   Written for GCC and Clang with POSIX threads. Elsewhere everybody works alone. */

#if defined(__GNUC__) && !defined(_WIN32)

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <time.h>

enum { MOST_HELPERS = 63 }; /* and who calls: MOST_MEMBERS of _threads.pxd */

/* After a job a helper looks for the next one for so long, then it sleeps. To wake it
   takes some 30 microseconds; the next job of a training step often comes sooner. */
enum { AWAKE_NANOSECONDS = 200000 };

static struct {
    void (*job)(void *, int);
    void *data;
    int helpers;   /* threads that exist, beside those which call: 1, 2, ... */
    int last;      /* the last helper that may take part in the present job */
    int taken;     /* whether some thread has the team */
    int places;    /* for helpers in the present job, still free */
    int done;      /* helpers that have come to the end of it */
    int sleeping;
    pthread_mutex_t lock;
    pthread_cond_t call;
} team = {.lock = PTHREAD_MUTEX_INITIALIZER, .call = PTHREAD_COND_INITIALIZER};

static int get(int *number) { return __atomic_load_n(number, __ATOMIC_SEQ_CST); }
static int add(int *number, int more)
{
    return __atomic_fetch_add(number, more, __ATOMIC_SEQ_CST);
}
static int swap(int *number, int other)
{
    return __atomic_exchange_n(number, other, __ATOMIC_SEQ_CST);
}

static int find_place(int number)
{
    if (number > get(&team.last))
        return 0;
    int free = get(&team.places);
    while (free > 0)
        if (__atomic_compare_exchange_n(
                &team.places, &free, free - 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
            return 1;
    return 0;
}

static long nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000L + now.tv_nsec;
}

static void wait_for_place(int number)
{
    long end = nanoseconds() + AWAKE_NANOSECONDS;
    while (nanoseconds() < end) {
        if (find_place(number))
            return;
        sched_yield(); /* whoever has work goes first */
    }
    pthread_mutex_lock(&team.lock);
    add(&team.sleeping, 1);
    while (!find_place(number))
        pthread_cond_wait(&team.call, &team.lock);
    add(&team.sleeping, -1);
    pthread_mutex_unlock(&team.lock);
}

static void *help(void *given)
{
    int number = (int)(long)given;
    for (;;) {
        wait_for_place(number);
        /* From now on the job stays. While we looked for a place, it could change. */
        if (number <= team.last)
            team.job(team.data, number);
        add(&team.done, 1);
    }
    return given;
}

/* A process that was forked off has this thread and no other. */
static void begin_without_helpers(void)
{
    team.helpers = team.taken = team.places = team.done = team.sleeping = 0;
    pthread_mutex_init(&team.lock, 0);
    pthread_cond_init(&team.call, 0);
}

static int engage(int helpers)
{
    static int is_told = 0;
    pthread_t helper;
    sigset_t all, before;
    if (!is_told) {
        pthread_atfork(0, 0, begin_without_helpers);
        is_told = 1;
    }
    sigfillset(&all); /* signals, such as that of Ctrl+C, are for Python's threads */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (team.helpers < helpers) {
        long number = team.helpers + 1;
        if (pthread_create(&helper, 0, help, (void *)number))
            break; /* then those who are there do it */
        pthread_detach(helper);
        team.helpers++;
    }
    pthread_sigmask(SIG_SETMASK, &before, 0);
    return helpers < team.helpers ? helpers : team.helpers;
}

/* Runs job(data, number) in this thread, which has the number 0, and in up to
   `threads` - 1 others; returns when all of them have returned. If another thread has
   the team, in this one alone. */
static void run_together(void (*job)(void *, int), void *data, int threads)
{
    int helpers = threads - 1 < MOST_HELPERS ? threads - 1 : MOST_HELPERS;
    if (helpers < 1 || swap(&team.taken, 1)) {
        job(data, 0);
        return;
    }
    if (team.helpers < helpers)
        helpers = engage(helpers);
    team.job = job;
    team.data = data;
    team.done = 0;
    swap(&team.last, helpers);
    swap(&team.places, helpers);
    if (get(&team.sleeping)) {
        pthread_mutex_lock(&team.lock);
        pthread_cond_broadcast(&team.call);
        pthread_mutex_unlock(&team.lock);
    }
    job(data, 0);
    helpers -= swap(&team.places, 0); /* nobody begins any more */
    while (get(&team.done) < helpers)
        sched_yield();
    swap(&team.taken, 0);
}

#else

static void run_together(void (*job)(void *, int), void *data, int threads)
{
    job(data, 0);
}

#endif
