using FsCheck;
using FsCheck.Fluent;

using Skerry.Proxy.Socks;

namespace Skerry.Proxy.Tests.Socks;

/// <summary>SOCKS 5 as bytes, those of strangers too.</summary>
public sealed class SocksMessagesTests
{
    [Fact]
    public void Messages_are_read_as_the_RFCs_write_them()
    {
        Assert.Equal(SocksRead.Done, SocksMessages.TryReadGreeting([5, 2, 0, 2, 5], out var methods, out var size));
        Assert.Equal([0, 2], methods.ToArray());
        Assert.Equal(4, size);
        Assert.Equal(SocksRead.Done, SocksMessages.TryReadSignOn([1, 2, 0x61, 0x62, 1, 0x63], out var user, out var password, out size));
        Assert.Equal("ab"u8.ToArray(), user.ToArray());
        Assert.Equal("c"u8.ToArray(), password.ToArray());
        Assert.Equal(6, size);
        Assert.Equal(SocksRead.Done, SocksMessages.TryReadRequest([5, 1, 0, 3, 3, 0x77, 0x65, 0x62, 0x1F, 0x90], out var request, out size));
        Assert.Equal((SocksCommand.Connect, new SocksAddress("web", 8080, null), 10), (request.Command, request.Destination, size));
        Assert.Equal(SocksRead.Done, SocksMessages.TryReadRequest([5, 3, 0, 1, 10, 0, 0, 1, 0, 53], out request, out _));
        Assert.Equal((SocksCommand.UdpAssociate, "10.0.0.1", 53), (request.Command, request.Destination!.Host, request.Destination.Port));
        Assert.Equal(SocksRead.Done, SocksMessages.TryReadRequest([5, 1, 0, 2, 0, 0], out request, out _));
        Assert.Null(request.Destination);
    }

    [Fact]
    public void A_message_that_comes_byte_by_byte_is_waited_for_and_then_read_whole()
    {
        byte[] request = [5, 1, 0, 3, 3, 0x77, 0x65, 0x62, 0x1F, 0x90];
        for (var length = 0; length < request.Length; length++) Assert.Equal(SocksRead.More, SocksMessages.TryReadRequest(request.AsSpan(0, length), out _, out _));
        byte[] signOn = [1, 2, 0x61, 0x62, 1, 0x63];
        for (var length = 0; length < signOn.Length; length++) Assert.Equal(SocksRead.More, SocksMessages.TryReadSignOn(signOn.AsSpan(0, length), out _, out _, out _));
    }

    [Fact]
    public void Any_bytes_are_read_or_refused_within_the_longest_message() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<byte>(), Take).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

    private static bool Take(byte[] bytes, byte kind)
    {
        // As often as not something that begins well.
        byte[] message = (kind % 4) switch
        {
            0 => bytes,
            1 => [5, .. bytes],
            2 => [1, .. bytes],
            _ => [5, 1, 0, (byte)(1 + (kind % 5)), .. bytes],
        };
        var whole = new byte[SocksMessages.MaxSize];
        message.AsSpan(0, Math.Min(message.Length, whole.Length)).CopyTo(whole);
        var isBounded = SocksMessages.TryReadGreeting(whole, out _, out var size) != SocksRead.More && size <= whole.Length
            && SocksMessages.TryReadSignOn(whole, out _, out _, out size) != SocksRead.More && size <= whole.Length
            && SocksMessages.TryReadRequest(whole, out _, out size) != SocksRead.More && size <= whole.Length;
        SocksMessages.TryReadGreeting(message, out _, out _);
        SocksMessages.TryReadSignOn(message, out _, out _, out _);
        SocksMessages.TryReadRequest(message, out _, out _);
        return isBounded && (!SocksMessages.TryReadDatagram(message, out _, out size) || size <= message.Length);
    }
}
