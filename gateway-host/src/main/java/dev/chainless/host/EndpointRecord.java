package dev.chainless.host;

import dev.chainless.spi.Counter;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How an endpoint has answered lately, and what that led to. Loops count, each for itself but for errors in a row; all else is done
 * by one thread at a time.
 */
final class EndpointRecord {
    private final String authority;
    private final Counter allAnswers;
    private final Counter allGood;
    private final Counter allNanos;
    private final AtomicInteger errorsInARow = new AtomicInteger();
    private long answersBefore;
    private long goodBefore;
    private long nanosBefore;
    private long answers;
    private long good;
    private long nanos;
    private volatile boolean ejected;
    private long ejectedUntil;
    private int times;

    EndpointRecord(String authority, int loops) {
        this.authority = authority;
        allAnswers = new Counter(loops);
        allGood = new Counter(loops);
        allNanos = new Counter(loops);
    }

    /** {@return host and port of the endpoint} */
    String authority() {
        return authority;
    }

    /** The head of a response has come. On a loop. {@return the errors in a row: 502 to 504 are the ones of who runs an application} */
    int answered(int loop, int status, long took) {
        if (status >= 502 && status <= 504) {
            return failed(loop);
        }
        allAnswers.increment(loop);
        allGood.increment(loop);
        allNanos.add(loop, took);
        if (errorsInARow.get() != 0) {
            errorsInARow.set(0);
        }
        return 0;
    }

    /** There was no answer. On a loop. {@return the errors in a row} */
    int failed(int loop) {
        allAnswers.increment(loop);
        return errorsInARow.incrementAndGet();
    }

    int errorsInARow() {
        return errorsInARow.get();
    }

    /** Ends an interval: the figures are those of the time since the last call. */
    void closeInterval(long now, long interval) {
        long answersNow = allAnswers.sum();
        long goodNow = allGood.sum();
        long nanosNow = allNanos.sum();
        answers = answersNow - answersBefore;
        good = goodNow - goodBefore;
        nanos = nanosNow - nanosBefore;
        answersBefore = answersNow;
        goodBefore = goodNow;
        nanosBefore = nanosNow;
        if (!ejected && times > 0 && now - ejectedUntil > interval) {
            times--;
        }
    }

    /** {@return the answers of the last interval} */
    long answers() {
        return answers;
    }

    /** {@return the good ones among them} */
    long good() {
        return Math.min(good, answers); // counted one after the other, while requests end
    }

    /** {@return the mean time of the good answers} */
    long meanNanos() {
        return good == 0 ? 0 : nanos / good;
    }

    boolean isEjected() {
        return ejected;
    }

    /** Ejects it. {@return for how many nanoseconds} */
    long eject(long now, long first, long most) {
        times = Math.min(times + 1, 30);
        long time = Math.min(most, first * (1L << Math.min(times - 1, 20)));
        ejectedUntil = now + time;
        ejected = true;
        return time;
    }

    /** {@return whether its time is over, and it was not before} */
    boolean comeBack(long now) {
        if (!ejected || now - ejectedUntil < 0) {
            return false;
        }
        errorsInARow.set(0);
        ejected = false;
        return true;
    }
}
