using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

using Skerry.Lab.Fabric.Probes;
using Skerry.Lab.Routing;

namespace Skerry.Lab.Fabric;

/// <summary>Ways between real machines are as slow, lossy and narrow as the map says, and cuts cut. Bounds are generous: the machine has other work.</summary>
public sealed class WayTests
{
    private const int Port = 4001;

    [Fact]
    public async Task A_round_trip_takes_twice_the_delay_and_follows_its_change()
    {
        await using var lab = await StartAsync();
        var near = await Ping.MedianAsync(lab["a"], lab["b"].Address, 5);
        lab.SetDelay("east", "west", TimeSpan.FromMilliseconds(100));
        var far = await Ping.MedianAsync(lab["a"], lab["b"].Address, 5);
        Scenarios.Report.Add("way: round trip set to 40 ms, then 200 ms", $"{near.TotalMilliseconds:0.0} ms, then {far.TotalMilliseconds:0.0} ms");
        // How much more it takes is the machine's affair: it may have other work.
        Assert.InRange(near, TimeSpan.FromMilliseconds(40), far);
        Assert.InRange(far, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task About_as_many_packets_are_lost_as_the_way_loses()
    {
        await using var lab = await StartAsync();
        Assert.Equal(500, await Ping.FloodAsync(lab["a"], lab["b"].Address, 500));
        lab.SetWay("east", "west", new Conditions { Loss = 0.2 });
        var answered = await Ping.FloodAsync(lab["a"], lab["b"].Address, 500);
        Scenarios.Report.Add("way: 20 % lost each way, so 64 % answered", $"{answered / 5.0:0.0} % of 500");
        Assert.InRange(answered, 260, 380); // 320 expected, standard deviation 11
    }

    [Fact]
    public async Task A_line_carries_no_more_than_its_rate()
    {
        await using var lab = await StartAsync();
        lab.SetDelay("east", "west", TimeSpan.FromMilliseconds(5));
        const int rate = 2_000_000;
        lab.SetLine("first", up: new Conditions { Rate = rate }, down: Conditions.Perfect);
        var slow = await RateAsync(lab, 2_000_000);
        lab.SetLine("first", up: Conditions.Perfect, down: Conditions.Perfect);
        var fast = await RateAsync(lab, 50_000_000);
        Scenarios.Report.Add("way: line of 2 MB/s, then without limit", $"{slow / 1e6:0.00} MB/s, then {fast / 1e6:0} MB/s");
        Assert.InRange(slow, 0.1 * rate, 1.05 * rate);
        Assert.True(fast > 2 * rate, $"{fast} B/s without a limit");
    }

    [Fact]
    public async Task A_cut_silences_one_direction_or_both_until_it_is_healed()
    {
        await using var lab = await StartAsync();
        using var listener = Tcp.Listen(lab["b"], Port);
        var target = new IPEndPoint(lab["b"].Address, Port);
        using var call = await Tcp.CallAsync(lab["a"], Port, target);
        using var taken = await Tcp.AcceptAsync(listener);

        await using (await lab["b"].CutAsync(CutDirection.Out))
        {
            await call.SendAsync(new byte[] { 1 });
            Assert.Equal(1, await ReceiveAsync(taken)); // in comes through
            Assert.False(await Tcp.AnswersAsync(lab["a"], Port + 1, target)); // the answer does not
        }

        await using (await lab.Site("first").CutAsync()) Assert.False(await Tcp.AnswersAsync(lab["a"], Port + 2, target));
        await using (await lab["a"].CutAsync(from: lab["b"].Address))
        {
            Assert.False(await Tcp.AnswersAsync(lab["a"], Port + 3, target));
            Assert.Equal(10, await Ping.FloodAsync(lab["a"], lab["c"].Address, 10)); // the others are still there
        }

        await taken.SendAsync(new byte[] { 2 });
        Assert.Equal(2, await ReceiveAsync(call)); // the old connection lives
        using var again = await Tcp.CallAsync(lab["a"], Port + 4, target);
    }

    [Fact]
    public async Task A_host_that_moves_has_another_address_and_reaches_the_world_from_there()
    {
        await using var lab = await StartAsync();
        using var listener = Tcp.Listen(lab["b"], Port);
        var before = lab["a"].Address;
        await lab["a"].MoveAsync(lab.Site("third"));
        Assert.NotEqual(before, lab["a"].Address);
        using var call = await Tcp.CallAsync(lab["a"], Port, new IPEndPoint(lab["b"].Address, Port));
        using var taken = await Tcp.AcceptAsync(listener);
        Assert.Equal(lab["a"].Address, ((IPEndPoint)taken.RemoteEndPoint!).Address);
    }

    private static Task<Testbed> StartAsync() => Testbed.StartAsync(new LabMap(
        new SitePlan("first", "east", NatKind.None, "a"),
        new SitePlan("second", "west", NatKind.None, "b"),
        new SitePlan("third", "west", NatKind.None, "c"))
    {
        Delays = [("east", "west", TimeSpan.FromMilliseconds(20))],
    });

    /// <summary>Sends bytes from a to b.</summary>
    /// <returns>Bytes a second.</returns>
    private static async Task<double> RateAsync(Testbed lab, int count)
    {
        using var listener = Tcp.Listen(lab["b"], Port);
        using var call = await Tcp.CallAsync(lab["a"], 0, new IPEndPoint(lab["b"].Address, Port));
        using var taken = await Tcp.AcceptAsync(listener);
        var start = Stopwatch.GetTimestamp();
        var sending = call.SendAsync(new byte[count]);
        var buffer = new byte[1 << 16];
        for (var left = count; left > 0;) left -= await taken.ReceiveAsync(buffer);
        var elapsed = Stopwatch.GetElapsedTime(start);
        await sending;
        return count / elapsed.TotalSeconds;
    }

    private static async Task<int> ReceiveAsync(Socket socket)
    {
        var received = new byte[1];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        Assert.Equal(1, await socket.ReceiveAsync(received, limit.Token));
        return received[0];
    }
}
