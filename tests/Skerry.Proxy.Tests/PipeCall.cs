namespace Skerry.Proxy.Tests;

/// <summary>A call from one node to another's door.</summary>
internal sealed class PipeCall(string caller, string group, ServiceTarget target) : IncomingCall
{
    private readonly TaskCompletionSource<ServiceStream> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<ServiceStream> Answer => _answer.Task;

    public override string Caller => caller;

    public override string CallerGroup => group;

    public override ServiceTarget Target => target;

    public override ValueTask<ServiceStream> AcceptAsync(CancellationToken cancel)
    {
        var (client, service) = PipeStream.Pair();
        Assert.True(_answer.TrySetResult(client));
        return new ValueTask<ServiceStream>(service);
    }

    public override ValueTask RefuseAsync(ProxyFailure reason, string message, CancellationToken cancel)
    {
        Assert.True(_answer.TrySetException(new ProxyException(reason, message)));
        return ValueTask.CompletedTask;
    }
}
