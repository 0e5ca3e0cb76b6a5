using Skerry.Manifest.Core;

using static Skerry.Manifest.Tests.Ops;

namespace Skerry.Manifest.Tests;

/// <summary>Which writes would touch what Skerry keeps for itself.</summary>
public sealed class ReservedKeysTests
{
    [Theory]
    [InlineData("_skerry/", null, true)]
    [InlineData("_skerry/acl/token", null, true)]
    [InlineData("_skerry/z", "_skerry0", true)]
    [InlineData("_skerry/", "\0", true)]
    [InlineData("_skerry", null, false)]
    [InlineData("_skerry0", null, false)]
    [InlineData("\0", "\0", false)]
    [InlineData("_", "_t", false)]
    public void A_deletion_that_begins_among_the_reserved_keys_is_one_of_them(string start, string? end, bool expected) =>
        Assert.Equal(expected, ReservedKeys.IsWrittenBy(new DeleteOp { Range = end is null ? Key(start) : Between(start, end) }));

    [Fact]
    public void Who_deletes_everything_deletes_all_but_the_reserved_keys()
    {
        var machine = new ManifestMachine();
        foreach (var key in new[] { "_skerry", "_skerry/a", "_skerry/b", "_skerry0", "a" }) machine.Apply(Put(key, "1"));
        var all = (TxnResult)machine.Apply(new TxnOp { Success = [new DeleteOp { Range = Between("\0", "\0"), WantsPrevious = true }] });
        var deleted = (DeleteResult)all.Results[0];
        Assert.Equal((3, "_skerry _skerry0 a"), (deleted.Deleted, string.Join(' ', deleted.Previous.Select(entry => Text(entry.Key)))));
        Assert.Equal("_skerry/a _skerry/b", machine.Read(GetAll()).Keys());
        machine.Apply(Put("b", "1"));
        machine.Apply(new SequenceOp { Steps = [new SequenceStep { Verb = SequenceVerb.DeleteTree, Key = Bytes("") }] });
        Assert.Equal("_skerry/a _skerry/b", machine.Read(GetAll()).Keys());
        // What Skerry does away with itself begins there.
        machine.Apply(new DeleteOp { Range = KeyRange.Prefix(Bytes("_skerry/")) });
        Assert.Equal("", machine.Read(GetAll()).Keys());
    }

    [Fact]
    public void Writes_are_found_in_either_branch_and_at_any_depth()
    {
        TxnOp Deep(ManifestOp op, int depth) => depth == 0 ? new TxnOp { Failure = [op] } : new TxnOp { Success = [Put("a", "1"), Deep(op, depth - 1)] };
        Assert.True(ReservedKeys.IsWrittenBy(Put("_skerry/a", "1")));
        Assert.True(ReservedKeys.IsWrittenBy(new LockOp { Key = Bytes("_skerry/a"), Session = "s" }));
        Assert.True(ReservedKeys.IsWrittenBy(Deep(Delete("_skerry/a"), 0)));
        Assert.True(ReservedKeys.IsWrittenBy(Deep(Put("_skerry/a", "1"), 3)));
        Assert.False(ReservedKeys.IsWrittenBy(Deep(Put("b", "1"), 3)));
    }

    [Fact]
    public void Reads_and_compares_are_no_writes()
    {
        Assert.False(ReservedKeys.IsWrittenBy(Get("_skerry/a")));
        Assert.False(ReservedKeys.IsWrittenBy(new TxnOp { Compares = [When("_skerry/a", CompareTarget.Mod, CompareResult.Equal, 0)], Success = [Put("b", "1"), GetAll()] }));
    }
}
