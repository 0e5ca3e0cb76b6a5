using Skerry.Primitives;

namespace Skerry.Simulation.Tests;

public sealed class LinearizabilityCheckerTests
{
    [Fact]
    public void Nothing_is_linearizable() => Assert.Equal(Verdict.Linearizable, Check());

    [Fact]
    public void A_read_that_overlaps_a_write_may_see_either_value()
    {
        Assert.Equal(Verdict.Linearizable, Check(Write(1, 0, 10), Read(0, 2, 4)));
        Assert.Equal(Verdict.Linearizable, Check(Write(1, 0, 10), Read(1, 2, 4)));
    }

    [Fact]
    public void A_read_after_a_write_may_not_see_what_was_before() => Assert.Equal(Verdict.Violated, Check(Write(1, 0, 10), Read(0, 11, 12)));

    [Fact]
    public void Two_reads_one_after_the_other_may_not_see_values_the_other_way_round() =>
        Assert.Equal(Verdict.Violated, Check(Write(1, 0, 100), Read(1, 10, 20), Read(0, 30, 40)));

    [Fact]
    public void A_write_nobody_answered_may_take_effect_late_or_never()
    {
        var lost = new Call(1, new Operation(0, OperationKind.Write, 7), 0, long.MaxValue, null);
        Assert.Equal(Verdict.Linearizable, Check(lost, Read(0, 10, 20), Read(7, 30, 40)));
        Assert.Equal(Verdict.Linearizable, Check(lost, Read(0, 10, 20), Read(0, 30, 40)));
        Assert.Equal(Verdict.Violated, Check(lost, Read(7, 10, 20), Read(0, 30, 40)));
    }

    [Fact]
    public void A_write_takes_effect_once() =>
        Assert.Equal(Verdict.Violated, Check(Write(1, 0, 10), Write(2, 11, 20), Read(2, 21, 22), Read(1, 23, 24)));

    [Fact]
    public void Of_two_swaps_from_one_value_one_fails()
    {
        Assert.Equal(Verdict.Linearizable, Check(Swap(0, 1, 0, 10, 1), Swap(0, 2, 0, 10, 0), Read(1, 11, 12)));
        Assert.Equal(Verdict.Violated, Check(Swap(0, 1, 0, 10, 1), Swap(0, 2, 0, 10, 1)));
    }

    [Fact]
    public void A_lock_has_one_holder_at_a_time()
    {
        Assert.Equal(Verdict.Linearizable, Check(Lock(OperationKind.Acquire, 1, 0, 10, 1), Lock(OperationKind.Acquire, 2, 5, 15, 0), Lock(OperationKind.Release, 1, 20, 30, 1)));
        Assert.Equal(Verdict.Violated, Check(Lock(OperationKind.Acquire, 1, 0, 10, 1), Lock(OperationKind.Acquire, 2, 11, 15, 1), Lock(OperationKind.Release, 1, 20, 30, 1)));
        // Who takes what he has keeps it; another does not get it.
        Assert.Equal(Verdict.Linearizable, Check(Lock(OperationKind.Take, 1, 0, 10, 1), Lock(OperationKind.Take, 1, 11, 12, 1), Lock(OperationKind.Take, 2, 11, 15, 0)));
        Assert.Equal(Verdict.Violated, Check(Lock(OperationKind.Take, 1, 0, 10, 1), Lock(OperationKind.Take, 2, 11, 15, 1), Lock(OperationKind.Holder, 0, 16, 17, 1)));
    }

    [Fact]
    public void An_element_is_added_once()
    {
        Assert.Equal(Verdict.Linearizable, Check(Set(OperationKind.Add, 3, 0, 10, 1), Set(OperationKind.Add, 3, 0, 10, 0), Set(OperationKind.Elements, 0, 11, 12, 8)));
        Assert.Equal(Verdict.Violated, Check(Set(OperationKind.Add, 3, 0, 10, 1), Set(OperationKind.Remove, 3, 11, 12, 1), Set(OperationKind.Elements, 0, 13, 14, 8)));
    }

    [Fact]
    public void Objects_are_judged_one_by_one_and_the_first_bad_one_is_named()
    {
        Call[] history = [.. new[] { Write(1, 0, 10), Read(1, 11, 12) }, .. new[] { Write(1, 0, 10), Read(0, 11, 12) }.Select(call => call with { Operation = call.Operation with { Key = 3 } })];
        Assert.Equal(Verdict.Violated, new LinearizabilityChecker().Check(history, out var key));
        Assert.Equal(3, key);
    }

    [Fact]
    public void A_search_that_takes_too_long_is_given_up()
    {
        var writes = Enumerable.Range(1, 60).Select(value => Write(value, 0, 100));
        Assert.Equal(Verdict.Unknown, new LinearizabilityChecker(budget: 1000).Check([.. writes, Read(999, 101, 102)], out var key));
        Assert.Equal(0, key);
    }

    [Fact]
    public void Histories_of_one_true_order_pass_and_with_one_answer_changed_most_do_not()
    {
        var caught = 0;
        for (var seed = 1UL; seed <= 200; seed++)
        {
            var random = new Prng(seed);
            var history = TrueHistory(random);
            Assert.Equal(Verdict.Linearizable, new LinearizabilityChecker().Check(history, out _));
            var reads = Enumerable.Range(0, history.Count).Where(i => history[i].Operation.IsRead).ToArray();
            var changed = reads[random.Next(reads.Length)];
            history[changed] = history[changed] with { Result = 1_000_000 };
            if (new LinearizabilityChecker().Check(history, out _) == Verdict.Violated) caught++;
        }

        Assert.Equal(200, caught);
    }

    /// <summary>Each call takes effect at one instant that was drawn, and lasts some time before and after it.</summary>
    private static List<Call> TrueHistory(Prng random)
    {
        var history = new List<Call>();
        var state = 0L;
        for (var at = 100L; at < 4000; at += 1 + random.Next(40))
        {
            var operation = random.Next(3) switch
            {
                0 => new Operation(0, OperationKind.Write, random.Next(5)),
                1 => new Operation(0, OperationKind.CompareAndSwap, random.Next(5), random.Next(5)),
                _ => new Operation(0, OperationKind.Read),
            };
            state = new RegisterModel().Step(state, operation, out var result);
            history.Add(new Call(0, operation, at - random.Next(60), at + random.Next(60), result));
        }

        return history;
    }

    private static Verdict Check(params Call[] calls) => new LinearizabilityChecker().Check(calls, out _);

    private static Call Write(int value, long from, long to) => new(1, new Operation(0, OperationKind.Write, value), from, to, 0);

    private static Call Read(int value, long from, long to) => new(2, new Operation(0, OperationKind.Read), from, to, value);

    private static Call Swap(int expected, int value, long from, long to, int result) => new(3, new Operation(0, OperationKind.CompareAndSwap, expected, value), from, to, result);

    private static Call Lock(OperationKind kind, int holder, long from, long to, int result) => new(holder, new Operation(1, kind, holder), from, to, result);

    private static Call Set(OperationKind kind, int element, long from, long to, int result) => new(4, new Operation(2, kind, element), from, to, result);
}
