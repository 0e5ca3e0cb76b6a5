using Skerry.Replication.Tests;

namespace Skerry.Proxy.Tests;

/// <summary>What a node serves to others, and what it does not.</summary>
public sealed class ServiceDoorTests
{
    [Theory]
    [InlineData("reef", true, true)]
    [InlineData("reef", false, true)]
    [InlineData("shore", true, true)]
    [InlineData("shore", false, false)]
    [InlineData("", false, false)]
    public async Task A_caller_of_the_own_group_gets_any_service_and_one_of_another_only_what_is_exported(string group, bool exported, bool isServed)
    {
        await using var mesh = new TestMesh();
        var here = await mesh.AddAsync("here");
        var service = mesh.Add(TcpService.Echo("orders"));
        await here.RegisterAsync("orders", service.Port, exported: exported);
        if (isServed)
        {
            using var stream = await CallAsync(here, group, "orders", "orders");
            await stream.ReadExactlyAsync(new byte["orders:".Length]);
            return;
        }

        var refused = await Assert.ThrowsAsync<ProxyException>(() => CallAsync(here, group, "orders", "orders"));
        Assert.Equal(ProxyFailure.Refused, refused.Reason);
        Assert.Equal(0, service.Connections);
        Assert.Equal(1, here.Meters.Sum("skerry.proxy.refusals"));
        await here.Log.UntilAsync($"Refused orders (orders) to caller of group {group}: not exported");
    }

    [Theory]
    [InlineData("shore", true, "shore", true)]
    [InlineData("shore", true, "caller@shore", true)]
    [InlineData("shore", true, "other@shore", false)]
    [InlineData("shore", true, "reef", false)]
    [InlineData("shore", false, "shore", false)]
    [InlineData("reef", false, "shore", false)]
    [InlineData("reef", false, "caller@reef", true)]
    public async Task Where_callers_are_named_nobody_else_gets_the_service(string group, bool exported, string allowed, bool isServed)
    {
        await using var mesh = new TestMesh();
        var here = await mesh.AddAsync("here");
        await here.Proxy.StartAsync(new ProxyOptions { Access = [new AccessOptions { Service = "orders", Callers = [allowed, "elsewhere"] }] }, CancellationToken.None);
        var service = mesh.Add(TcpService.Echo("orders"));
        await here.RegisterAsync("orders", service.Port, exported: exported);
        if (isServed)
        {
            using var stream = await CallAsync(here, group, "orders", "orders");
            await stream.ReadExactlyAsync(new byte["orders:".Length]);
            return;
        }

        Assert.Equal(ProxyFailure.Refused, (await Assert.ThrowsAsync<ProxyException>(() => CallAsync(here, group, "orders", "orders"))).Reason);
        Assert.Equal(0, service.Connections);
    }

    [Fact]
    public async Task Who_may_not_have_a_service_is_told_what_who_asks_for_none_is_told()
    {
        await using var mesh = new TestMesh();
        var here = await mesh.AddAsync("here");
        await here.RegisterAsync("secret", 1);
        var hidden = await Assert.ThrowsAsync<ProxyException>(() => CallAsync(here, "shore", "secret", "secret"));
        var missing = await Assert.ThrowsAsync<ProxyException>(() => CallAsync(here, "shore", "absent", "absent"));
        Assert.Equal(missing.Message.Replace("absent", "secret", StringComparison.Ordinal), hidden.Message);
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1:80")]
    [InlineData("orders", "127.0.0.1:80")]
    [InlineData("other", "orders")]
    [InlineData("", "")]
    [InlineData("there", "there")]
    public async Task Only_what_is_registered_on_the_node_is_dialled_and_never_what_a_caller_names(string service, string id)
    {
        await using var mesh = new TestMesh();
        var (here, there) = (await mesh.AddAsync("here"), await mesh.AddAsync("there"));
        await here.RegisterAsync("orders", mesh.Add(TcpService.Echo("orders")).Port);
        await there.RegisterAsync("there", mesh.Add(TcpService.Echo("there")).Port);
        await Eventually.HoldsAsync(() => here.Catalog.Current.Instances("there").Length == 1);
        var refused = await Assert.ThrowsAsync<ProxyException>(() => CallAsync(here, "reef", service, id));
        Assert.Equal(ProxyFailure.Refused, refused.Reason);
        await here.Log.UntilAsync($"Refused {service} ({id}) to caller of group reef: not registered here");
    }

    [Fact]
    public async Task A_service_that_does_not_answer_is_said_to_be_unreachable()
    {
        await using var mesh = new TestMesh();
        var here = await mesh.AddAsync("here");
        await here.RegisterAsync("orders", TcpService.UnusedPort());
        var failed = await Assert.ThrowsAsync<ProxyException>(() => CallAsync(here, "reef", "orders", "orders"));
        Assert.Equal(ProxyFailure.Unreachable, failed.Reason);
        await here.Log.UntilAsync("Refused orders (orders) to caller of group reef: Connection refused");
    }

    [Fact]
    public async Task A_caller_that_breaks_off_breaks_the_service_off()
    {
        await using var mesh = new TestMesh();
        var here = await mesh.AddAsync("here");
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var service = mesh.Add(TcpService.Of(async (stream, cancellation) =>
        {
            try
            {
                await stream.ReadExactlyAsync(new byte[10], cancellation);
            }
            catch (IOException)
            {
                ended.SetResult();
            }
        }));
        await here.RegisterAsync("orders", service.Port);
        var stream = await CallAsync(here, "reef", "orders", "orders");
        await stream.WriteAsync(new byte[1]);
        stream.Abort();
        await ended.Task.WaitAsync(TestClient.Limit);
    }

    [Fact]
    public async Task More_calls_than_the_limit_are_refused()
    {
        await using var mesh = new TestMesh();
        var here = await mesh.AddAsync("here");
        await here.RegisterAsync("orders", mesh.Add(TcpService.Echo("orders")).Port);
        await here.Proxy.StartAsync(new ProxyOptions { MaxConnections = 1 }, CancellationToken.None);
        using var first = await CallAsync(here, "reef", "orders", "orders");
        Assert.Equal(ProxyFailure.Busy, (await Assert.ThrowsAsync<ProxyException>(() => CallAsync(here, "reef", "orders", "orders"))).Reason);
        await here.Log.UntilAsync("Refused orders (orders) to caller of group reef: too many calls are under way");
    }

    [Fact]
    public async Task Closing_the_door_cuts_what_goes_through_it()
    {
        await using var mesh = new TestMesh();
        var here = await mesh.AddAsync("here");
        await here.RegisterAsync("orders", mesh.Add(TcpService.Echo("orders")).Port);
        using var stream = await CallAsync(here, "reef", "orders", "orders");
        await stream.ReadExactlyAsync(new byte["orders:".Length]);
        await here.Proxy.DisposeAsync();
        await Assert.ThrowsAsync<IOException>(() => stream.ReadExactlyAsync(new byte[1]).AsTask().WaitAsync(TestClient.Limit));
    }

    private static Task<ServiceStream> CallAsync(TestNode node, string group, string service, string id)
    {
        var call = new PipeCall("caller", group, new ServiceTarget(service, id, ServiceNetwork.Tcp));
        _ = node.Proxy.Door.ServeAsync(call, CancellationToken.None);
        return call.Answer.WaitAsync(TestClient.Limit);
    }
}
