using System.IO.Pipelines;

using Microsoft.Extensions.Logging;

using Skerry.Manifest.Wire;
using Skerry.Primitives;
using Skerry.Raft;
using Skerry.Storage;

namespace Skerry.Manifest.Driver.Group;

/// <summary>Answers what other nodes of the group ask.</summary>
/// <param name="transport">Where they come in.</param>
/// <param name="answer">Gives the answer: who asks, and what.</param>
/// <param name="logger">Told of what is no message.</param>
internal sealed class GroupServing(IGroupTransport transport, Func<string, GroupRequest, CancellationToken, Task<GroupAnswer>> answer, ILogger logger) : IAsyncDisposable
{
    /// <summary>Questions of one stream under way; the next one waits.</summary>
    private const int MaxUnderWay = 1024;

    private readonly BackgroundTasks _tasks = new();

    public void Start() => _tasks.Launch(async stopping =>
    {
        try
        {
            await foreach (var stream in transport.AnswerAsync(stopping).ConfigureAwait(false)) _tasks.Launch(ending => ServeAsync(stream, ending));
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    });

    public ValueTask DisposeAsync() => _tasks.DisposeAsync();

    private async Task ServeAsync(RaftStream from, CancellationToken stopping)
    {
        await using var stream = from.Stream.ConfigureAwait(false);
        var isBroken = false;
        var writer = new GatheringWriter(_ => ValueTask.FromResult(from.Stream), _ => isBroken = true, stopping);
        using var room = new SemaphoreSlim(MaxUnderWay);
        try
        {
            var reader = PipeReader.Create(from.Stream);
            while (await GroupFrames.ReadAsync(reader, GroupRequest.Parser, stopping).ConfigureAwait(false) is { } request)
            {
                await room.WaitAsync(stopping).ConfigureAwait(false);
                _ = AnswerAsync(request);
            }
        }
        catch (Exception failed) when (failed is IOException or InvalidDataException or OperationCanceledException)
        {
            if (failed is InvalidDataException) ManifestLog.NoMessage(logger, from.Node, failed.Message);
        }

        // Nothing that was asked on it goes on behind its end.
        for (var i = 0; i < MaxUnderWay; i++) await room.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        await writer.Idle.ConfigureAwait(false);

        async Task AnswerAsync(GroupRequest request)
        {
            try
            {
                var given = await answer(from.Node, request, stopping).ConfigureAwait(false);
                given.Number = request.Number;
                if (!isBroken) writer.Add(given);
            }
            catch (Exception failed) when (failed is IOException or OperationCanceledException or InvalidOperationException or StorageException)
            {
                // Nobody hears the answer any more, or there is none.
            }
            finally
            {
                room.Release();
            }
        }
    }
}
