using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;

using static Skerry.Gossip.Tests.Wire.Golden;

namespace Skerry.Gossip.Tests.Wire;

public sealed class KeyringTests
{
    private static readonly ByteString First = ByteString.Own(new byte[16]);
    private static readonly ByteString Second = ByteString.Own([.. Enumerable.Repeat((byte)2, 24)]);
    private static readonly ByteString Third = ByteString.Own([.. Enumerable.Repeat((byte)3, 32)]);

    [Fact]
    public void Keys_are_installed_behind_the_others_and_once()
    {
        var ring = Ring(First, Second, First);
        Assert.Equal([First, Second], ring.Keys);
        Assert.True(ring.TryAdd(Third, out var larger));
        Assert.Equal([First, Second, Third], larger.Keys);
        Assert.True(larger.TryAdd(Second, out var same));
        Assert.Same(larger, same);
        Assert.Equal([First, Second], ring.Keys);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(17)]
    [InlineData(33)]
    public void Only_16_24_and_32_bytes_are_keys(int length)
    {
        var bytes = ByteString.Own(new byte[length]);
        Assert.False(Keyring.Empty.TryAdd(bytes, out _));
        Assert.False(Keyring.TryCreate([First, bytes], out _));
    }

    [Fact]
    public void An_installed_key_can_become_the_primary_and_no_other()
    {
        Assert.True(Ring(First, Second, Third).TryUse(Third, out var ring));
        Assert.Equal([Third, First, Second], ring.Keys);
        Assert.False(Ring(First).TryUse(Second, out _));
    }

    [Fact]
    public void The_primary_cannot_be_removed()
    {
        var ring = Ring(First, Second);
        Assert.False(ring.TryRemove(First, out _));
        Assert.True(ring.TryRemove(Second, out var smaller));
        Assert.Equal([First], smaller.Keys);
        Assert.True(smaller.TryRemove(Third, out var same));
        Assert.Same(smaller, same);
    }
}
