using System.Diagnostics;
using System.Globalization;

namespace Skerry.Agent.Demo;

/// <summary>Tells the story line by line, each with the time since it began.</summary>
/// <param name="output">Where to.</param>
/// <param name="colours">Whether the output understands them.</param>
internal sealed class Narrator(TextWriter output, bool colours)
{
    private readonly long _begin = Stopwatch.GetTimestamp();
    private readonly Lock _gate = new();
    private volatile bool _silent;

    /// <summary>A heading, with a blank line before it.</summary>
    public void Chapter(string text) => Write("", "1", text, isChapter: true);

    public void Say(string text) => Write("  ", "0", text);

    public void Good(string text) => Write("  ", "32", text);

    public void Bad(string text) => Write("  ", "31", text);

    public void Aside(string text) => Write("  ", "90", text);

    /// <summary>Without a time: for what is to be copied.</summary>
    public void Plain(string text)
    {
        lock (_gate) output.WriteLine(text);
    }

    /// <summary>What comes now is the end, and not news.</summary>
    public void Silence() => _silent = true;

    private void Write(string indent, string colour, string text, bool isChapter = false)
    {
        if (_silent) return;
        var time = Stopwatch.GetElapsedTime(_begin).TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);
        lock (_gate)
        {
            if (isChapter) output.WriteLine();
            output.WriteLine(colours ? $"\e[90m{time,8} s\e[0m  {indent}\e[{colour}m{text}\e[0m" : $"{time,8} s  {indent}{text}");
            output.Flush();
        }
    }
}
