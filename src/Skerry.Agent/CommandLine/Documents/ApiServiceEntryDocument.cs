namespace Skerry.Agent.CommandLine.Documents;

/// <summary>An entry of <c>/v1/health/service/NAME</c>.</summary>
internal sealed record ApiServiceEntryDocument
{
    public NodeDocument Node { get; init; } = new();

    public ServiceDocument Service { get; init; } = new();

    public CheckDocument[] Checks { get; init; } = [];

    /// <summary>The node.</summary>
    internal sealed record NodeDocument
    {
        public string Node { get; init; } = "";

        public string Address { get; init; } = "";
    }

    /// <summary>The instance.</summary>
    internal sealed record ServiceDocument
    {
        public string ID { get; init; } = "";

        public string Service { get; init; } = "";

        public string[]? Tags { get; init; }

        public string Address { get; init; } = "";

        public int Port { get; init; }

        public bool Exported { get; init; }
    }

    /// <summary>A check of the instance or its node.</summary>
    internal sealed record CheckDocument
    {
        public string CheckID { get; init; } = "";

        public string Status { get; init; } = "";

        public string Output { get; init; } = "";
    }
}
