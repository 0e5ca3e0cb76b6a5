using Microsoft.Extensions.Logging;

using Skerry.Primitives;
using Skerry.Raft.Core;

namespace Skerry.Raft.Driver;

/// <summary>Takes the streams that other nodes open, and gives the core what comes over them.</summary>
internal sealed class IncomingLinks(
    IRaftTransport transport, PeerLinks peers, Action<List<RaftMessage>> received, RaftMetrics metrics, ILogger logger, string group, Action<Exception> failed) : IAsyncDisposable
{
    private readonly BackgroundTasks _tasks = new();

    public void Start() => _tasks.Launch(AcceptAsync);

    public ValueTask DisposeAsync() => _tasks.DisposeAsync();

    private async Task AcceptAsync(CancellationToken cancellation)
    {
        try
        {
            await foreach (var incoming in transport.AcceptAsync(cancellation)) _tasks.Launch(stopping => ServeAsync(incoming, stopping));
        }
        catch (Exception broken)
        {
            if (!cancellation.IsCancellationRequested) failed(broken);
        }
    }

    private async Task ServeAsync(RaftStream incoming, CancellationToken cancellation)
    {
        await using var stream = incoming.Stream;
        try
        {
            var reader = new FrameReader(stream);
            var messages = new List<RaftMessage>();
            while (await reader.ReadAsync(messages, cancellation) is var wrong)
            {
                if (messages.Count > 0) received(Allowed(messages, incoming.Node));
                messages = [];
                if (wrong is null) continue;
                metrics.Unreadable();
                RaftLog.StreamRefused(logger, group, incoming.Node, wrong);
                return;
            }
        }
        catch (Exception broken)
        {
            if (!cancellation.IsCancellationRequested) RaftLog.StreamRefused(logger, group, incoming.Node, broken.Message);
        }
    }

    private List<RaftMessage> Allowed(List<RaftMessage> messages, string node)
    {
        messages.RemoveAll(message =>
        {
            metrics.Received();
            if (peers.MaySpeak(message.From, node))
            {
                peers.Heard(message.From, node);
                return false;
            }

            metrics.Unreadable();
            return true;
        });
        return messages;
    }
}
