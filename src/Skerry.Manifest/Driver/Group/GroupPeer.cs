using System.Collections.Concurrent;
using System.IO.Pipelines;

using Skerry.Manifest.Wire;

namespace Skerry.Manifest.Driver.Group;

/// <summary>A node that this one asks: one stream, many questions at once. It is opened when something is asked, and again after it broke.</summary>
/// <param name="node">Its name.</param>
/// <param name="transport">The way there.</param>
internal sealed class GroupPeer(string node, IGroupTransport transport) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource<GroupAnswer>> _waiting = [];
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private Stream? _stream;
    private PipeWriter? _writer;
    private Task _reading = Task.CompletedTask;
    private ulong _lastNumber;

    /// <summary>Asks, and waits for the answer.</summary>
    /// <param name="request">Gets a number.</param>
    /// <param name="cancellation">Ends the wait: what was asked may be done all the same.</param>
    /// <exception cref="IOException">It cannot be reached, or was lost before the answer came.</exception>
    public async Task<GroupAnswer> AskAsync(GroupRequest request, CancellationToken cancellation)
    {
        var answered = new TaskCompletionSource<GroupAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        request.Number = Interlocked.Increment(ref _lastNumber);
        _waiting[request.Number] = answered;
        try
        {
            await SendAsync(request, cancellation).ConfigureAwait(false);
            return await answered.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            _waiting.TryRemove(request.Number, out _);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _turn.WaitAsync().ConfigureAwait(false);
        await DropAsync().ConfigureAwait(false);
        _stopping.Dispose();
        _turn.Dispose();
    }

    private async Task SendAsync(GroupRequest request, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
            if (_reading.IsCompleted) await OpenAsync(cancellation).ConfigureAwait(false);
            GroupFrames.Write(_writer!, request);
            // Not cancelled: half a message would be the end of the stream.
            await _writer!.FlushAsync(_stopping.Token).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task OpenAsync(CancellationToken cancellation)
    {
        await DropAsync().ConfigureAwait(false);
        _stream = await transport.AskAsync(node, cancellation).ConfigureAwait(false);
        _writer = PipeWriter.Create(_stream);
        _reading = ReadAsync(PipeReader.Create(_stream), _stopping.Token);
    }

    private async Task DropAsync()
    {
        if (_stream is not null) await _stream.DisposeAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        _stream = null;
    }

    private async Task ReadAsync(PipeReader reader, CancellationToken cancellation)
    {
        Exception over;
        try
        {
            while (await GroupFrames.ReadAsync(reader, GroupAnswer.Parser, cancellation).ConfigureAwait(false) is { } answer)
            {
                if (_waiting.TryRemove(answer.Number, out var waiting)) waiting.TrySetResult(answer);
            }

            over = new IOException($"{node} has ended the stream.");
        }
        catch (Exception failed) when (failed is IOException or InvalidDataException or OperationCanceledException or ObjectDisposedException)
        {
            over = new IOException($"The stream to {node} is over: {failed.Message}", failed);
        }

        await reader.CompleteAsync().ConfigureAwait(false);
        // Whoever is about to write on it hears of it at the next question: those are asked again by their callers.
        foreach (var (number, waiting) in _waiting)
        {
            if (_waiting.TryRemove(number, out _)) waiting.TrySetException(over);
        }
    }
}
