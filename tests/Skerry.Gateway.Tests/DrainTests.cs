using System.Net;
using System.Net.Sockets;

namespace Skerry.Gateway.Tests;

/// <summary>Nobody's request fails because the gateway changes or stops.</summary>
public sealed class DrainTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_stop_lets_requests_in_flight_finish_and_takes_no_new_connections(int version)
    {
        var (asked, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var backend = Backend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            asked.TrySetResult();
            await goOn.Task.WaitAsync(Patience);
            await connection.WriteAsync(Backend.Ok("late"));
        });
        await using var gateway = await TestGateway.StartAsync(TestGateway.To(backend));
        var address = gateway.Address;
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Version = new Version(version, version == 1 ? 1 : 0), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var answering = gateway.Http.SendAsync(request);
        await asked.Task.WaitAsync(Patience);
        using var limit = new CancellationTokenSource(Patience);
        var stopping = gateway.Server.StopAsync(limit.Token);
        await UntilRefusedAsync(address);
        Assert.False(stopping.IsCompleted, "A request is still in flight.");
        goOn.SetResult();
        using var answer = await answering;
        Assert.Equal("late", await answer.Content.ReadAsStringAsync());
        await stopping.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_stop_whose_time_is_up_cuts_what_is_left()
    {
        var asked = new TaskCompletionSource();
        await using var backend = Backend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            asked.TrySetResult();
            await connection.ReadRequestAsync();
        });
        await using var gateway = await TestGateway.StartAsync(TestGateway.To(backend));
        var answering = gateway.Http.GetAsync(new Uri("/", UriKind.Relative));
        await asked.Task.WaitAsync(Patience);
        await gateway.Server.StopAsync(new CancellationToken(canceled: true)).WaitAsync(Patience);
        await Assert.ThrowsAsync<HttpRequestException>(() => answering);
    }

    [Fact]
    public async Task Listeners_that_come_go_and_change_fail_no_request_of_those_that_stay()
    {
        await using var backend = Backend.Answering(Backend.Ok("ok"));
        var options = TestGateway.Options(TestGateway.To(backend));
        var side = new ListenerOptions { Name = "side", Address = new IPEndPoint(IPAddress.Loopback, 0) };
        await using var gateway = await TestGateway.StartAsync(options);
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested) Assert.Equal("ok", await gateway.Http.GetStringAsync(new Uri("/", UriKind.Relative)));
        })).ToArray();
        for (var i = 0; i < 30; i++)
        {
            await gateway.Server.ApplyAsync(options with { Listeners = [.. options.Listeners, side] }, CancellationToken.None);
            using var other = new HttpClient();
            Assert.Equal("ok", await other.GetStringAsync(new Uri($"http://{gateway.Server.Listeners["side"]}/")));
            await gateway.Server.ApplyAsync(options, CancellationToken.None);
        }

        await stop.CancelAsync();
        await Task.WhenAll(load);
    }

    [Fact]
    public async Task A_listener_that_becomes_another_at_its_address_refuses_nobody_meanwhile()
    {
        await using var backend = Backend.Answering(Backend.Ok("ok"));
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var address = (IPEndPoint)free.LocalEndpoint;
        free.Stop();
        var options = TestGateway.Options(TestGateway.To(backend));
        options = options with { Listeners = [options.Listeners[0] with { Address = address }] };
        await using var gateway = await TestGateway.StartAsync(options);
        using var stop = new CancellationTokenSource();
        var answered = 0;
        var load = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                // A connection for each request: this is about who accepts.
                using var http = new HttpClient();
                Assert.Equal("ok", await http.GetStringAsync(new Uri($"http://{address}/")));
                Interlocked.Increment(ref answered);
            }
        })).ToArray();
        for (var i = 0; i < 20 || Volatile.Read(ref answered) < 50; i++)
        {
            Assert.DoesNotContain(load, task => task.IsFaulted);
            await gateway.Server.ApplyAsync(options with { Listeners = [options.Listeners[0] with { Name = i % 2 == 0 ? "renamed" : "http" }] }, CancellationToken.None);
        }

        await stop.CancelAsync();
        await Task.WhenAll(load);
    }

    [Fact]
    public async Task A_listener_on_ipv6_takes_ipv4_too_and_tells_addresses_plainly()
    {
        string? seen = null;
        await using var backend = Backend.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                seen = request;
                await connection.WriteAsync(Backend.Ok("ok"));
            }
        });
        var options = TestGateway.Options(TestGateway.To(backend));
        options = options with { Listeners = [options.Listeners[0] with { Address = new IPEndPoint(IPAddress.IPv6Any, 0) }] };
        await using var gateway = await TestGateway.StartAsync(options);
        using var http = new HttpClient();
        foreach (var client in (string[])["127.0.0.1", "::1"])
        {
            var uri = new UriBuilder("http", client, gateway.Address.Port).Uri;
            Assert.Equal("ok", await http.GetStringAsync(uri));
            Assert.Contains($"X-Forwarded-For: {client}\r\n", seen, StringComparison.Ordinal);
        }
    }

    private static async Task UntilRefusedAsync(IPEndPoint address)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            Assert.False(limit.IsCancellationRequested, "Waited 30 s, and the gateway still takes connections.");
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(address);
            }
            catch (SocketException)
            {
                return;
            }
        }
    }
}
