using System.IO.Pipelines;
using System.Runtime.InteropServices;

using Microsoft.Extensions.Logging;

using Skerry.Manifest.Wire;
using Skerry.Primitives;
using Skerry.Raft;
using Skerry.Storage;

namespace Skerry.Manifest.Driver.Group;

/// <summary>Answers what other nodes of the group ask.</summary>
/// <param name="transport">Where they come in.</param>
/// <param name="answer">Gives the answer: who asks, and what.</param>
/// <param name="accept">Takes commands and who asks, and says later which it refuses.</param>
/// <param name="logger">Told of what is no message.</param>
internal sealed class GroupServing(
    IGroupTransport transport, Func<string, GroupRequest, CancellationToken, Task<GroupAnswer>> answer,
    Action<IReadOnlyList<(ulong Number, Memory<byte> Command)>, string, Action<ulong, ManifestError>> accept, ILogger logger) : IAsyncDisposable
{
    /// <summary>Questions of one stream under way; the next one waits.</summary>
    private const int MaxUnderWay = 1024;

    /// <summary>Commands that are handed on together, at most.</summary>
    private const int MaxTogether = 1024;

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

    private static List<(ulong Number, Memory<byte> Command)> CommandsOf(List<GroupRequest> requests)
    {
        var commands = new List<(ulong Number, Memory<byte> Command)>(requests.Count);
        foreach (var request in requests)
        {
            // The bytes of a message that was just read are nobody else's.
            if (request.WhatCase == GroupRequest.WhatOneofCase.Command) commands.Add((request.Number, MemoryMarshal.AsMemory(request.Command.Memory)));
        }

        return commands;
    }

    private async Task ServeAsync(RaftStream from, CancellationToken stopping)
    {
        await using var stream = from.Stream.ConfigureAwait(false);
        var isBroken = false;
        var writer = new GatheringWriter(_ => ValueTask.FromResult(from.Stream), _ => isBroken = true, stopping);
        using var room = new SemaphoreSlim(MaxUnderWay);
        try
        {
            var reader = PipeReader.Create(from.Stream);
            var requests = new List<GroupRequest>();
            while (await GroupFrames.ReadAllAsync(reader, GroupRequest.Parser, requests, MaxTogether, stopping).ConfigureAwait(false))
            {
                var commands = CommandsOf(requests);
                if (commands.Count > 0) accept(commands, from.Node, Refuse);
                foreach (var request in requests)
                {
                    if (request.WhatCase == GroupRequest.WhatOneofCase.Command) continue;
                    await room.WaitAsync(stopping).ConfigureAwait(false);
                    _ = AnswerAsync(request);
                }

                requests.Clear();
            }
        }
        catch (Exception failed) when (failed is IOException or InvalidDataException or OperationCanceledException)
        {
            if (failed is InvalidDataException) ManifestLog.NoMessage(logger, from.Node, failed.Message);
        }

        // Nothing that was asked on it goes on behind its end.
        for (var i = 0; i < MaxUnderWay; i++) await room.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        await writer.Idle.ConfigureAwait(false);

        void Refuse(ulong number, ManifestError error)
        {
            try
            {
                if (!isBroken) writer.Add(new GroupAnswer { Number = number, Error = (uint)error, IsRefusal = true });
            }
            catch (IOException)
            {
                // It takes nothing: what it has handed in, it will hand in again over its next stream.
                isBroken = true;
            }
        }

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
