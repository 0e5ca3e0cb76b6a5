using Google.Protobuf;

using Skerry.Api.Etcd.Grpc;
using Skerry.Api.Etcd.Wire;
using Skerry.Manifest;

using WatchRequest = Skerry.Manifest.WatchRequest;
using WireWatchRequest = Skerry.Api.Etcd.Wire.WatchRequest;

namespace Skerry.Api.Etcd;

/// <summary>etcd's service <c>Watch</c>: one stream, any number of watchers.</summary>
internal sealed class WatchCalls(ManifestNode node, EtcdHeaders headers)
{
    /// <summary>Bytes put together before they are sent, while there is more to say.</summary>
    private const int FlushAt = 64 * 1024;

    public IEnumerable<(string Method, GrpcHandler Handler)> Methods => [("/etcdserverpb.Watch/Watch", WatchAsync)];

    /// <summary>The stream ends when the client has said its last, or when it does not take what is sent to it.</summary>
    private async ValueTask<GrpcFault> WatchAsync(GrpcCall call)
    {
        using var stream = node.Watch();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation);
        var sending = SendAsync(call, stream, ending.Token);
        var receiving = ReceiveAsync(call, stream, ending.Token);
        var leaderless = call.Metadata("hasleader") == "true" ? LeaderLostAsync(ending.Token) : Task.Delay(Timeout.Infinite, ending.Token);
        var first = await Task.WhenAny(sending, receiving, leaderless);
        await ending.CancelAsync();
        // The pipe allows one writer: the sender has ended before the status is written.
        await Task.WhenAll(sending, leaderless).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        call.Cancellation.ThrowIfCancellationRequested();
        if (first == leaderless) return EtcdErrors.Of(ManifestError.NoLeader);
        return receiving.IsCompletedSuccessfully ? await receiving : default;
    }

    private static async Task<GrpcFault> ReceiveAsync(GrpcCall call, WatchStream stream, CancellationToken cancellation)
    {
        while (true)
        {
            var request = await call.ReadAsync(WireWatchRequest.Parser);
            if (request.Message is not { } message) return request.Fault;
            switch (message.RequestUnionCase)
            {
                case WireWatchRequest.RequestUnionOneofCase.CreateRequest: await stream.AddAsync(ToRequest(message.CreateRequest), cancellation); break;
                case WireWatchRequest.RequestUnionOneofCase.CancelRequest: await stream.CancelAsync(message.CancelRequest.WatchId, cancellation); break;
                case WireWatchRequest.RequestUnionOneofCase.ProgressRequest: await stream.RequestProgressAsync(cancellation); break;
            }
        }
    }

    private async Task SendAsync(GrpcCall call, WatchStream stream, CancellationToken cancellation)
    {
        while (true)
        {
            var message = await stream.TakeAsync(cancellation);
            var unsent = 0;
            do unsent += Write(call, message);
            while (unsent < FlushAt && stream.TryTake(out message));
            await call.FlushAsync();
        }
    }

    /// <summary>Completes when no leader has been seen for as long as three elections take: the client asked to be told, so that it goes to another node.</summary>
    private async Task LeaderLostAsync(CancellationToken cancellation)
    {
        using var looks = new PeriodicTimer(TimeSpan.FromSeconds(1));
        for (var missed = 0; missed < 3;)
        {
            await looks.WaitForNextTickAsync(cancellation);
            missed = node.Log.Leader == 0 ? missed + 1 : 0;
        }
    }

    private int Write(GrpcCall call, WatchMessage message)
    {
        var response = ToMessage(message);
        var size = response.CalculateSize();
        if (message.Request?.AllowsFragments != true || size < ManifestLimits.MaxRequestBytes)
        {
            call.Write(response);
            return size;
        }

        foreach (var fragment in WatchFragments.Of(response, ManifestLimits.MaxRequestBytes)) call.Write(fragment);
        return size;
    }

    private static WatchRequest ToRequest(WatchCreateRequest request) => new()
    {
        // No key at all means the first there can be.
        Range = EtcdShapes.Range(request.Key.IsEmpty ? ByteString.CopyFrom(0) : request.Key, request.RangeEnd),
        Id = request.WatchId,
        StartRevision = request.StartRevision,
        SkipsPuts = request.Filters.Contains(WatchCreateRequest.Types.FilterType.Noput),
        SkipsDeletes = request.Filters.Contains(WatchCreateRequest.Types.FilterType.Nodelete),
        WantsPrevious = request.PrevKv,
        WantsProgress = request.ProgressNotify,
        AllowsFragments = request.Fragment,
    };

    private WatchResponse ToMessage(WatchMessage message)
    {
        var response = new WatchResponse
        {
            Header = headers.At(message.Revision),
            WatchId = message.WatchId,
            Created = message.Kind is WatchMessageKind.Created or WatchMessageKind.Refused,
            Canceled = message.Kind is WatchMessageKind.Cancelled or WatchMessageKind.Refused or WatchMessageKind.Compacted,
            CancelReason = message.Reason,
            CompactRevision = message.CompactRevision,
        };
        foreach (var change in message.Events)
        {
            response.Events.Add(new Event
            {
                Type = change.IsDeletion ? Event.Types.EventType.Delete : Event.Types.EventType.Put,
                Kv = EtcdShapes.ToMessage(change.Entry),
                PrevKv = change.Previous is { } previous ? EtcdShapes.ToMessage(previous) : null,
            });
        }

        return response;
    }
}
