using System.Diagnostics;
using System.Text.Json;

using Skerry.Libp2p;

namespace Skerry.Lab.Programs;

/// <summary>The program's side: a request as a line of JSON comes in, its answer goes out as another with the same id; several may be under way.</summary>
internal sealed class RequestLoop<TRequest, TAnswer>(TextReader input, TextWriter output, Func<TRequest, Task<TAnswer>> answerAsync)
    where TRequest : Request
    where TAnswer : Answer, new()
{
    private readonly Lock _gate = new();

    /// <summary>Runs until the input ends; what is under way then is given up.</summary>
    public async Task RunAsync()
    {
        while (await input.ReadLineAsync() is { } line) _ = AnswerAsync(JsonSerializer.Deserialize<TRequest>(line)!);
    }

    /// <summary>Writes a line; one without a request tells news.</summary>
    public void Write(TAnswer answer)
    {
        var text = JsonSerializer.Serialize(answer);
        lock (_gate)
        {
            output.WriteLine(text);
            output.Flush();
        }
    }

    private async Task AnswerAsync(TRequest request)
    {
        var start = Stopwatch.GetTimestamp();
        TAnswer answer;
        try
        {
            answer = await answerAsync(request);
        }
        catch (Exception e) when (e is Libp2pException or IOException or InvalidOperationException or OperationCanceledException)
        {
            answer = new TAnswer { Error = e.Message };
        }

        Write(answer with { Id = request.Id, Milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds });
    }
}
