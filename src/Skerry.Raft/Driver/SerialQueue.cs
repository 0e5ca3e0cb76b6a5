namespace Skerry.Raft.Driver;

/// <summary>Handles items one after the other, in order, on threads of the pool that it takes only while there is something to do.</summary>
/// <param name="handle">Handles one.</param>
/// <param name="failed">Hears of the first error; nothing is handled after it.</param>
internal sealed class SerialQueue<T>(Action<T> handle, Action<Exception> failed) : IThreadPoolWorkItem, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<T> _waiting = [];
    private List<T> _handling = [];
    private bool _isRunning;
    private bool _isClosed;

    public void Add(T item)
    {
        lock (_gate)
        {
            if (_isClosed) return;
            _waiting.Add(item);
            if (_isRunning) return;
            _isRunning = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (TryTakeAll())
        {
            foreach (var item in _handling)
            {
                try
                {
                    handle(item);
                }
                catch (Exception error)
                {
                    lock (_gate) _isClosed = true;
                    failed(error);
                    break;
                }
            }

            _handling.Clear();
        }
    }

    /// <summary>Takes nothing more; what is waiting is dropped, what is being handled is waited for.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isClosed = true;
            _waiting.Clear();
            if (!_isRunning) _idle.TrySetResult();
        }

        await _idle.Task;
    }

    private bool TryTakeAll()
    {
        lock (_gate)
        {
            if (_waiting.Count > 0 && !_isClosed)
            {
                (_waiting, _handling) = (_handling, _waiting);
                return true;
            }

            _waiting.Clear();
            _isRunning = false;
            if (_isClosed) _idle.TrySetResult();
            return false;
        }
    }
}
