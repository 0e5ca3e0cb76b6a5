using Skerry.Manifest.Core;

using static Skerry.Manifest.Tests.Ops;

namespace Skerry.Manifest.Tests.Core;

/// <summary>Transactions: decided on the state before, checked whole, done whole or not at all.</summary>
public sealed class TransactionTests
{
    private readonly ManifestMachine _machine = new();

    public TransactionTests() => _machine.Apply(Put("a", "1"));

    [Theory]
    [InlineData("a", CompareTarget.Version, CompareResult.Equal, 1, true)]
    [InlineData("a", CompareTarget.Create, CompareResult.Less, 3, true)]
    [InlineData("a", CompareTarget.Mod, CompareResult.Greater, 2, false)]
    [InlineData("a", CompareTarget.Lease, CompareResult.NotEqual, 0, false)]
    [InlineData("missing", CompareTarget.Create, CompareResult.Equal, 0, true)]
    [InlineData("missing", CompareTarget.Version, CompareResult.Greater, 0, false)]
    [InlineData("missing", CompareTarget.Lease, CompareResult.Equal, 0, true)]
    public void Compares_hold_or_do_not(string key, CompareTarget target, CompareResult result, long number, bool holds) =>
        Assert.Equal(holds, Run(When(key, target, result, number)).Succeeded);

    [Theory]
    [InlineData("a", CompareResult.Equal, "1", true)]
    [InlineData("a", CompareResult.Less, "2", true)]
    [InlineData("missing", CompareResult.Equal, "", false)]
    [InlineData("missing", CompareResult.NotEqual, "x", false)]
    public void A_value_that_is_not_there_compares_with_nothing(string key, CompareResult result, string value, bool holds) =>
        Assert.Equal(holds, Run(WhenValue(key, result, value)).Succeeded);

    [Fact]
    public void A_compare_over_a_range_must_hold_for_every_key()
    {
        _machine.Apply(Put("b", "2"));
        Assert.True(Run(new Compare { Range = Between("a", "c"), Target = CompareTarget.Version, Result = CompareResult.Equal, Number = 1 }).Succeeded);
        _machine.Apply(Put("b", "2"));
        Assert.False(Run(new Compare { Range = Between("a", "c"), Target = CompareTarget.Version, Result = CompareResult.Equal, Number = 1 }).Succeeded);
        Assert.True(Run(new Compare { Range = Between("x", "z"), Target = CompareTarget.Version, Result = CompareResult.Equal, Number = 0 }).Succeeded);
    }

    [Fact]
    public void Reads_see_what_the_transaction_wrote_before_them_and_others_do_not_meanwhile()
    {
        var before = _machine.Keys.View;
        var result = (TxnResult)_machine.Apply(new TxnOp { Success = [Get("a"), Put("a", "2"), Get("a"), Put("b", "3"), GetAll(), Get("a", 2)] });
        Assert.Equal(["1", "2", "2", "1"], new[] { 0, 2, 4, 5 }.Select(i => Text(((RangeResult)result.Results[i]).Entries[0].Value)));
        Assert.Equal("a", RangeReader.Read(before.Root, before.Revision, before.Compacted, GetAll()).Keys());
    }

    [Fact]
    public void Nested_compares_see_the_state_before_the_whole()
    {
        var result = (TxnResult)_machine.Apply(new TxnOp
        {
            Success = [Put("a", "2"), new TxnOp { Compares = [WhenValue("a", CompareResult.Equal, "1")], Success = [Put("then", "")], Failure = [Put("else", "")] }],
        });
        Assert.True(((TxnResult)result.Results[1]).Succeeded);
        Assert.Equal("a then", _machine.Read(GetAll()).Keys());
        Assert.Equal(3, result.Revision);
    }

    [Fact]
    public void A_read_at_a_bad_revision_fails_the_whole_before_anything_is_done()
    {
        _machine.Apply(Put("a", "2"));
        _machine.Apply(new CompactBody(3));
        Assert.Equal(ManifestError.Compacted, _machine.Apply(new TxnOp { Success = [Put("x", "1"), Get("a", 2)] }).Error);
        Assert.Equal(ManifestError.FutureRevision, _machine.Apply(new TxnOp { Success = [Put("x", "1"), new TxnOp { Success = [Get("a", 4)] }] }).Error);
        Assert.Equal(ManifestError.LeaseNotFound, _machine.Apply(new TxnOp { Success = [Put("x", "1"), Put("y", "1", lease: 3)] }).Error);
        Assert.Equal("a", _machine.Read(GetAll()).Keys());
        Assert.Equal(3, _machine.Keys.Revision);
        Assert.True(_machine.Apply(new TxnOp { Success = [Put("x", "1")], Failure = [Get("a", 2)] }).IsDone);
    }

    [Fact]
    public void No_key_is_written_twice()
    {
        ManifestError Check(params ManifestOp[] ops) => OpRules.Check(new TxnOp { Success = ops });
        Assert.Equal(ManifestError.DuplicateKey, Check(Put("a", "1"), Put("a", "2")));
        Assert.Equal(ManifestError.DuplicateKey, Check(Put("b", "1"), new DeleteOp { Range = Between("a", "c") }));
        Assert.Equal(ManifestError.DuplicateKey, Check(Put("b", "1"), new DeleteOp { Range = Between("a", "\0") }));
        Assert.Equal(ManifestError.DuplicateKey, Check(Put("a", "1"), new TxnOp { Failure = [Put("a", "2")] }));
        Assert.Equal(ManifestError.DuplicateKey, Check(new DeleteOp { Range = Between("a", "c") }, new TxnOp { Success = [Put("b", "2")] }));
        Assert.Equal(ManifestError.DuplicateKey, Check(new TxnOp { Success = [Delete("a")] }, Put("a", "2")));
        Assert.Equal(ManifestError.None, Check(new TxnOp { Success = [Put("a", "1")], Failure = [Put("a", "2")] }));
        Assert.Equal(ManifestError.None, Check(Put("c", "1"), new DeleteOp { Range = Between("a", "c") }, Delete("b"), Delete("b")));
        Assert.Equal(ManifestError.None, OpRules.Check(new TxnOp { Success = [Put("a", "1")], Failure = [Put("a", "2")] }));
    }

    [Fact]
    public void Nesting_spends_the_operations_a_transaction_may_have()
    {
        ManifestOp[] Many(int count) => [.. Enumerable.Range(0, count).Select(i => Put($"k{i}", ""))];
        Assert.Equal(ManifestError.None, OpRules.Check(new TxnOp { Success = Many(128) }));
        Assert.Equal(ManifestError.TooManyOps, OpRules.Check(new TxnOp { Success = Many(129) }));
        Assert.Equal(ManifestError.None, OpRules.Check(new TxnOp { Success = [new TxnOp { Success = Many(127) }] }));
        Assert.Equal(ManifestError.TooManyOps, OpRules.Check(new TxnOp { Success = [new TxnOp { Success = Many(128) }] }));
        TxnOp deep = new();
        for (var i = 0; i < 128; i++) deep = new TxnOp { Success = [deep] };
        Assert.Equal(ManifestError.None, OpRules.Check(deep));
        Assert.Equal(ManifestError.TooManyOps, OpRules.Check(new TxnOp { Success = [deep] }));
    }

    private TxnResult Run(Compare compare) => (TxnResult)_machine.Apply(new TxnOp { Compares = [compare] });
}
