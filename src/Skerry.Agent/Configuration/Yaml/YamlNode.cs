using System.Collections.Immutable;

namespace Skerry.Agent.Configuration.Yaml;

/// <summary>A YAML document as a tree that remembers where each node was written, duplicate keys included.</summary>
/// <param name="Mark">Where the node begins.</param>
internal abstract record YamlNode(Mark Mark)
{
    /// <summary>What the user would call it.</summary>
    public abstract string Kind { get; }

    /// <summary>A key without a value, <c>~</c> or <c>null</c>.</summary>
    public virtual bool IsEmpty => false;

    /// <summary>A single value.</summary>
    /// <param name="Mark">Where it begins.</param>
    /// <param name="Text">Its text, quotes and escapes resolved.</param>
    /// <param name="IsPlain">Written without quotes.</param>
    internal sealed record Scalar(Mark Mark, string Text, bool IsPlain) : YamlNode(Mark)
    {
        /// <summary>Not to be repeated in a message.</summary>
        public bool IsSecret { get; init; }

        public override string Kind => IsEmpty ? "nothing" : IsSecret ? "the value" : $"'{(Text.Length <= 60 ? Text : Text[..57] + "...")}'";

        public override bool IsEmpty => IsPlain && Text is "" or "~" or "null";
    }

    /// <summary>A list.</summary>
    /// <param name="Mark">Where it begins.</param>
    /// <param name="Items">Its entries.</param>
    internal sealed record Sequence(Mark Mark, ImmutableArray<YamlNode> Items) : YamlNode(Mark)
    {
        public override string Kind => "a list";
    }

    /// <summary>A map, in the order written.</summary>
    /// <param name="Mark">Where it begins.</param>
    /// <param name="Entries">Keys and values; a key written twice is there twice.</param>
    internal sealed record Mapping(Mark Mark, ImmutableArray<Entry> Entries) : YamlNode(Mark)
    {
        public override string Kind => "a map";
    }

    /// <summary>One key of a map and its value.</summary>
    /// <param name="Key">The key.</param>
    /// <param name="KeyMark">Where the key begins.</param>
    /// <param name="Value">The value.</param>
    internal sealed record Entry(string Key, Mark KeyMark, YamlNode Value);
}
