using System.Runtime.CompilerServices;

namespace MtaSuite.Common.Net;

/// <summary>
/// A value that arrives once and one waiter at most, both on the loop's thread. The waiter resumes inside <see cref="TrySet"/>.
/// </summary>
public sealed class Promise<T> : ICriticalNotifyCompletion
{
    private T _value = default!;
    private Action? _continuation;

    public bool IsCompleted { get; private set; }

    /// <summary>Gives the value; false when one was given before.</summary>
    public bool TrySet(T value)
    {
        if (IsCompleted) return false;
        _value = value;
        IsCompleted = true;
        Action? continuation = _continuation;
        _continuation = null;
        continuation?.Invoke();
        return true;
    }

    public Promise<T> GetAwaiter() => this;

    public T GetResult() => IsCompleted ? _value : throw new InvalidOperationException("not completed");

    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    public void UnsafeOnCompleted(Action continuation)
    {
        if (_continuation != null) throw new InvalidOperationException("a promise has one waiter");
        _continuation = continuation;
    }
}
