using System.Buffers.Binary;
using System.Collections.Concurrent;

using Skerry.Tunnel.Core.Session;
using Skerry.Tunnel.Driver;

namespace Skerry.Tunnel.Tests;

/// <summary>Nodes of the mesh that break the session protocol: a defined answer to each, and nothing left over.</summary>
public sealed class HostileSessionTests : IAsyncDisposable
{
    private readonly TestMesh _mesh = new();
    private readonly ConcurrentQueue<string> _ended = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Breaches =>
        ["oversized data", "negative length", "unknown type", "oversized acknowledgement", "short acknowledgement", "acknowledges what was not sent", "more than the window", "data after the end"];

    [Theory]
    [MemberData(nameof(Breaches))]
    public async Task A_frame_that_breaks_the_protocol_ends_the_session_with_an_error(string breach)
    {
        var there = await StartAsync();
        var isSent = new TaskCompletionSource();
        there.Serve(async (asked, cancel) =>
        {
            await using var session = await asked.AcceptAsync(cancel);
            await isSent.Task.WaitAsync(cancel);
            try
            {
                await session.CopyToAsync(Stream.Null, cancel);
                await session.WriteAsync(new byte[1], cancel);
            }
            catch (IOException broken)
            {
                _ended.Enqueue(broken.Message);
            }
        });
        await using var liar = await HostileNode.ConnectAsync(_mesh, "liar", there);
        var (stream, answer) = await liar.AskAsync(HostileNode.Request(Guid.NewGuid()));
        Assert.Equal(0u, answer.Status);
        byte[][] frames = breach switch
        {
            "oversized data" => [HostileNode.Frame((byte)FrameType.Data, SessionCore.MaxPayload + 1, new byte[100])],
            "negative length" => [HostileNode.Frame((byte)FrameType.Data, -1)],
            "unknown type" => [HostileNode.Frame(77, 0)],
            "oversized acknowledgement" => [HostileNode.Frame((byte)FrameType.Ack, SessionCore.MaxPayload, new byte[SessionCore.MaxPayload])],
            "short acknowledgement" => [HostileNode.Frame(FrameType.Ack, new byte[15])],
            "acknowledges what was not sent" => [HostileNode.Frame(FrameType.Ack, Offsets(5, 1 << 20))],
            "more than the window" => [.. Enumerable.Repeat(HostileNode.Frame(FrameType.Data, new byte[SessionCore.MaxPayload]), (int)(answer.Limit / SessionCore.MaxPayload) + 1)],
            _ => [HostileNode.Frame(FrameType.End), HostileNode.Frame(FrameType.Data, 1)],
        };
        await Record.ExceptionAsync(async () =>
        {
            foreach (var frame in frames) await stream.WriteAsync(frame, Cancel);
        });
        await HostileNode.HasEndedAsync(stream);
        isSent.SetResult();
        await TestMesh.UntilAsync(() => there.Status.Sessions == 0 && _ended.Count == 1, "the service is told");
        Assert.Contains("does not keep to the protocol", _ended.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Random_frames_end_the_session_and_nothing_is_left()
    {
        var there = await StartAsync();
        var random = new Random(1);
        await using var liar = await HostileNode.ConnectAsync(_mesh, "liar", there);
        for (var round = 0; round < 60; round++)
        {
            var (stream, answer) = await liar.AskAsync(HostileNode.Request(Guid.NewGuid()));
            Assert.Equal(0u, answer.Status);
            var bytes = new byte[random.Next(1, 200)];
            random.NextBytes(bytes);
            if (round % 2 == 0) bytes = [.. HostileNode.Frame(FrameType.Data, 1, 2, 3), .. HostileNode.Frame((byte)random.Next(5), random.Next(40)), .. bytes];
            await Record.ExceptionAsync(async () =>
            {
                await stream.WriteAsync(bytes, Cancel);
                await stream.WriteAsync(HostileNode.Frame(FrameType.Reset), Cancel);
                await stream.EndWritingAsync(Cancel);
            });
            stream.Abort();
        }

        // Those that broke off in good form wait for a next path; the caller's word ends them.
        await liar.DisposeAsync();
        await TestMesh.UntilAsync(() => there.Status.Sessions == 0, "no session is left");
    }

    [Fact]
    public async Task Requests_that_cannot_be_are_refused_or_end_the_stream()
    {
        var there = await StartAsync();
        await using var liar = await HostileNode.ConnectAsync(_mesh, "liar", there);
        var odd = HostileNode.Request(Guid.NewGuid());
        odd.Id = Google.Protobuf.ByteString.CopyFrom(1, 2, 3);
        Assert.Equal((uint)SessionRefusal.Unknown, (await liar.AskAsync(odd)).Answer.Status);
        odd = HostileNode.Request(Guid.NewGuid());
        odd.Service = new string('x', SessionTarget.MaxText + 1);
        Assert.Equal((uint)SessionRefusal.Unknown, (await liar.AskAsync(odd)).Answer.Status);
        var random = new Random(1);
        foreach (var protocol in (string[])[SessionService.Protocol, PeerNames.Protocol, EdgeMeshService.DiscoveryProtocol, EdgeMeshService.ProxyProtocol])
        {
            for (var round = 0; round < 30; round++)
            {
                var bytes = new byte[random.Next(0, 60)];
                random.NextBytes(bytes);
                if (round % 3 == 0) bytes = [0, (byte)bytes.Length, .. bytes];
                if (round == 1) bytes = [0xFF, 0xFF];
                if (round == 2) bytes = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1];
                await using var peer = protocol == PeerNames.Protocol ? await HostileNode.ConnectAsync(_mesh, $"liar-{round}", there) : null;
                await using var stream = await (peer ?? liar).OpenAsync(protocol);
                await Record.ExceptionAsync(async () =>
                {
                    await stream.WriteAsync(bytes, Cancel);
                    await stream.EndWritingAsync(Cancel);
                });
                await HostileNode.HasEndedAsync(stream);
            }
        }

        var (session, answer) = await liar.AskAsync(HostileNode.Request(Guid.NewGuid()));
        Assert.Equal(0u, answer.Status);
        session.Abort();
    }

    [Fact]
    public async Task Another_nodes_session_is_nobody_elses_to_resume()
    {
        var there = await StartAsync();
        await using var owner = await HostileNode.ConnectAsync(_mesh, "owner", there);
        await using var thief = await HostileNode.ConnectAsync(_mesh, "thief", there);
        var id = Guid.NewGuid();
        var (stream, _) = await owner.AskAsync(HostileNode.Request(id));
        Assert.Equal((uint)SessionRefusal.Unknown, (await thief.AskAsync(HostileNode.Resumption(id, 0))).Answer.Status);
        Assert.Equal((uint)SessionRefusal.Unknown, (await thief.AskAsync(HostileNode.Request(id))).Answer.Status);
        Assert.Equal((uint)SessionRefusal.Unknown, (await owner.AskAsync(HostileNode.Resumption(Guid.NewGuid(), 0))).Answer.Status);
        await stream.WriteAsync(HostileNode.Frame(FrameType.Data, [.. "mine"u8]), Cancel);
        var echo = new byte[9];
        await stream.ReadExactlyAsync(echo, Cancel);
        Assert.Equal(HostileNode.Frame(FrameType.Data, [.. "mine"u8]), echo);
        // Asked for again by its own node it is the same: that has not heard the first answer.
        var again = HostileNode.Request(id);
        again.Attempt = 2;
        var (second, anew) = await owner.AskAsync(again);
        Assert.Equal(0u, anew.Status);
        await HostileNode.HasEndedAsync(stream);
        Assert.Equal(1, there.Status.Sessions);
        second.Abort();
    }

    [Theory]
    [InlineData(5, true)]
    [InlineData(3, false)]
    [InlineData(1_000_000, true)]
    [InlineData(ulong.MaxValue, true)]
    public async Task Who_lies_about_how_far_a_session_has_come_loses_it(ulong received, bool isTooFar)
    {
        var there = await StartAsync();
        await using var liar = await HostileNode.ConnectAsync(_mesh, "liar", there);
        var id = Guid.NewGuid();
        var (stream, _) = await liar.AskAsync(HostileNode.Request(id));
        await stream.WriteAsync(HostileNode.Frame(FrameType.Data, [.. "four"u8]), Cancel);
        await stream.ReadExactlyAsync(new byte[9], Cancel);
        // What is acknowledged is gone: it cannot be asked for again.
        if (!isTooFar) await stream.WriteAsync(HostileNode.Frame(FrameType.Ack, Offsets(4, 1 << 20)), Cancel);
        await stream.WriteAsync(HostileNode.Frame(FrameType.Data, [.. "more"u8]), Cancel);
        if (!isTooFar) await stream.ReadExactlyAsync(new byte[9], Cancel);
        var (second, answer) = await liar.AskAsync(HostileNode.Resumption(id, isTooFar && received == 5 ? 9 : received));
        Assert.Equal((uint)SessionRefusal.Unknown, answer.Status);
        await HostileNode.HasEndedAsync(second);
        await TestMesh.UntilAsync(() => there.Status.Sessions == 0 && _ended.Count == 1, "the service is told");
        Assert.Contains("another idea", _ended.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_sessions_than_a_node_may_have_are_refused_before_they_are_decided_about()
    {
        var never = new TaskCompletionSource();
        var there = await _mesh.StartAsync("there", isOpen: true, change: options => options with { MaxSessions = 5, MaxSessionsPerNode = 3 });
        there.Serve(async (asked, cancel) =>
        {
            await never.Task.WaitAsync(cancel);
            await asked.RefuseAsync(SessionRefusal.NotAllowed, "not for you", cancel);
        });
        await using var greedy = await HostileNode.ConnectAsync(_mesh, "greedy", there);
        await using var other = await HostileNode.ConnectAsync(_mesh, "other", there);
        var waiting = Enumerable.Range(0, 3).Select(_ => greedy.AskAsync(HostileNode.Request(Guid.NewGuid()))).ToList();
        await TestMesh.UntilAsync(() => there.Budget.Taken == 3, "three are asked for");
        Assert.Equal((uint)SessionRefusal.Busy, (await greedy.AskAsync(HostileNode.Request(Guid.NewGuid()))).Answer.Status);
        waiting.AddRange(Enumerable.Range(0, 2).Select(_ => other.AskAsync(HostileNode.Request(Guid.NewGuid()))));
        await TestMesh.UntilAsync(() => there.Budget.Taken == 5, "five are asked for");
        Assert.Equal((uint)SessionRefusal.Busy, (await other.AskAsync(HostileNode.Request(Guid.NewGuid()))).Answer.Status);
        never.SetResult();
        foreach (var (_, answer) in await Task.WhenAll(waiting)) Assert.Equal((uint)SessionRefusal.NotAllowed, answer.Status);
        await TestMesh.UntilAsync(() => there.Budget.IsEmpty, "all places are free again");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Sessions_hold_no_more_memory_than_they_may(bool isWriting)
    {
        const int share = 2 << 20;
        var there = await _mesh.StartAsync("there", isOpen: true, change: options => options with { MaxSessionMemoryPerNode = share, MaxSessionMemory = 4 << 20 });
        there.Serve(async (asked, cancel) =>
        {
            await using var session = await asked.AcceptAsync(cancel);
            var piece = new byte[64 << 10];
            while (isWriting) await session.WriteAsync(piece, cancel); // to one that never acknowledges
            await Task.Delay(Timeout.Infinite, cancel); // until the test is over
        });
        await using var greedy = await HostileNode.ConnectAsync(_mesh, "greedy", there);
        var streams = new List<Libp2p.Libp2pStream>();
        var windows = new List<ulong>();
        while (true)
        {
            var (stream, answer) = await greedy.AskAsync(HostileNode.Request(Guid.NewGuid(), limit: 0));
            streams.Add(stream);
            if (answer.Status != 0)
            {
                Assert.Equal((uint)SessionRefusal.Busy, answer.Status);
                break;
            }

            windows.Add(answer.Limit);
            Assert.InRange(streams.Count, 1, 100);
        }

        if (!isWriting) Assert.Equal([.. Enumerable.Repeat((ulong)SessionLimits.InitialWindow, 4), .. Enumerable.Repeat((ulong)SessionBudget.SmallWindow, 32)], windows);
        Assert.Equal((ulong)SessionLimits.InitialWindow, windows[0]);
        Assert.Equal((ulong)SessionBudget.SmallWindow, windows[^1]);
        // Each may keep one block more than there is room for, or it would never go on.
        Assert.InRange(there.Budget.Memory, share / 2, share + (windows.Count * ReplayBuffer.BlockLength));
        // Another node still gets in.
        await using var honest = await HostileNode.ConnectAsync(_mesh, "honest", there);
        var (held, given) = await honest.AskAsync(HostileNode.Request(Guid.NewGuid(), limit: 0));
        Assert.Equal(0u, given.Status);
        held.Abort();
        foreach (var stream in streams) stream.Abort();
    }

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    private static byte[] Offsets(ulong received, ulong limit)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, received);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), limit);
        return bytes;
    }

    private async Task<TunnelNode> StartAsync()
    {
        var there = await _mesh.StartAsync("there", isOpen: true, change: options => options with { ResumeTimeout = TimeSpan.FromSeconds(2) });
        there.ServeEdgeMesh((asked, cancel) => asked.RefuseAsync(SessionRefusal.NoSuchService, "nothing", cancel));
        there.Serve(async (asked, cancel) =>
        {
            await using var session = await asked.AcceptAsync(cancel);
            try
            {
                await session.CopyToAsync(session, cancel);
                await session.EndWritingAsync(cancel);
            }
            catch (IOException broken)
            {
                _ended.Enqueue(broken.Message);
            }
        });
        return there;
    }
}
