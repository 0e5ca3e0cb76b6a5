using System.Collections.Immutable;

using Skerry.Agent.Configuration.Yaml;

namespace Skerry.Agent.Configuration.Schema;

/// <summary>What one pass over a file has found: where each key was written, and every error.</summary>
/// <param name="file">Where a key that was never written would belong.</param>
internal sealed class BindingContext(Mark file)
{
    private readonly Dictionary<string, Mark> _marks = [];
    private readonly List<ConfigurationError> _errors = [];

    /// <summary>Every error, in the order of the file, flags last.</summary>
    public ImmutableArray<ConfigurationError> Errors =>
        [.. _errors.OrderBy(error => error.Mark.Line == 0).ThenBy(error => error.Mark.Line).ThenBy(error => error.Mark.Column)];

    public void Note(string path, Mark mark) => _marks[path] = mark;

    public void Refuse(Mark mark, string path, string message, string allowed = "") => _errors.Add(new ConfigurationError(mark, path, message, allowed));

    /// <summary>Refuses a key wherever it was written; a key that was not is told at the nearest that holds it.</summary>
    public void Refuse(string path, string message, string allowed = "") => Refuse(MarkOf(path), path, message, allowed);

    /// <summary>Whether no error is about any of these keys or what they hold, so that a rule over them says something new.</summary>
    public bool IsClean(params ReadOnlySpan<string> paths)
    {
        foreach (var path in paths)
        {
            if (_errors.Exists(error => error.Key == path || error.Key.StartsWith(path + ".", StringComparison.Ordinal))) return false;
        }

        return true;
    }

    private Mark MarkOf(string path)
    {
        while (!_marks.ContainsKey(path))
        {
            var cut = path.LastIndexOfAny(['.', '[']);
            if (cut <= 0) return file;
            path = path[..cut];
        }

        return _marks[path];
    }
}
