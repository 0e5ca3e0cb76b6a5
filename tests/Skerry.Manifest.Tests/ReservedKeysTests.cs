using static Skerry.Manifest.Tests.Ops;

namespace Skerry.Manifest.Tests;

/// <summary>Which writes would touch what Skerry keeps for itself.</summary>
public sealed class ReservedKeysTests
{
    [Theory]
    [InlineData("_skerry/", null, true)]
    [InlineData("_skerry/acl/token", null, true)]
    [InlineData("_skerry", null, false)]
    [InlineData("_skerry0", null, false)]
    [InlineData("a", "b", false)]
    [InlineData("a", "\0", false)]
    [InlineData("_", "\0", true)]
    [InlineData("\0", "\0", true)]
    [InlineData("_", "_skerry/", false)]
    [InlineData("_", "_skerry/\0", true)]
    [InlineData("_skerry/z", "_skerry0", true)]
    [InlineData("_skerry0", "\0", false)]
    public void A_range_is_reserved_where_it_has_room_for_a_reserved_key(string start, string? end, bool expected) =>
        Assert.Equal(expected, ReservedKeys.IsReserved(end is null ? Key(start) : Between(start, end)));

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
