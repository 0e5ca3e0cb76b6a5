using System.Collections.Concurrent;
using System.Text.Json;

using Skerry.Lab.Fabric;

namespace Skerry.Lab.Programs;

/// <summary>The test's side of a <see cref="RequestLoop{TRequest, TAnswer}"/>: one of this project's programs on a lab's machine.</summary>
internal sealed class ProgramClient<TRequest, TAnswer> : IAsyncDisposable
    where TRequest : Request
    where TAnswer : Answer
{
    /// <summary>The id of what nobody waits for.</summary>
    private const int Unawaited = -1;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<int, TaskCompletionSource<TAnswer>> _waiting = [];
    private readonly LabHost _host;
    private readonly Action<TAnswer> _news;
    private readonly LabProcess _process;
    private int _last;

    /// <summary>Starts it.</summary>
    /// <param name="host">Where.</param>
    /// <param name="program">Which.</param>
    /// <param name="news">Told what it says unasked.</param>
    public ProgramClient(LabHost host, string program, Action<TAnswer>? news = null)
    {
        (_host, _news) = (host, news ?? (_ => { }));
        _process = LabProcess.Start(host, Path.Combine(AppContext.BaseDirectory, "Skerry.Lab"), [program], Take);
    }

    /// <summary>Asks for something that must work.</summary>
    public async Task<TAnswer> AskAsync(TRequest request)
    {
        var answer = await TryAskAsync(request);
        Assert.True(answer.Error is null, $"{_host}: {request.Do}: {answer.Error}\n{_process.Tail()}");
        return answer;
    }

    /// <summary>Asks for something that may fail.</summary>
    public async Task<TAnswer> TryAskAsync(TRequest request)
    {
        var id = Interlocked.Increment(ref _last);
        var waiting = _waiting[id] = new TaskCompletionSource<TAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        Write(request with { Id = id });
        try
        {
            return await waiting.Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{_host}: no answer to {request.Do}.\n{_process.Tail()}");
        }
    }

    /// <summary>Says something without waiting for the answer; a program that has ended does not hear it.</summary>
    public void Tell(TRequest request) => Write(request with { Id = Unawaited });

    /// <summary>Ends it without a word, as kill -9 does.</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>The end of what it printed, for a failed test.</summary>
    public string Tail() => _process.Tail();

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private void Write(TRequest request)
    {
        try
        {
            _process.Write(JsonSerializer.Serialize(request));
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // Its pipe is closed, or it is disposed of.
        }
    }

    private bool Take(string line)
    {
        // A program that is killed may leave half a line.
        if (!line.StartsWith('{') || !line.EndsWith('}')) return false;
        var answer = JsonSerializer.Deserialize<TAnswer>(line)!;
        if (answer.Id == 0) _news(answer);
        else if (_waiting.TryRemove(answer.Id, out var waiting)) waiting.TrySetResult(answer);
        return true;
    }
}
